import type { MatchOf, OpaqueModule } from '../../iptables/match.ts';
import { formatAddress } from '../../net/address.ts';
import { type Answer, unknown } from '../answer.ts';
import type { MatchContext } from './context.ts';

/** Why a recognised extension cannot be answered from a capture. */
const WHY: Readonly<Record<OpaqueModule, string>> = {
  ah: 'it reads the IPsec AH header',
  bpf: 'it runs a BPF program on the packet',
  cgroup: "it asks for the sending process's control group",
  cluster: 'it hashes the connection among cluster nodes',
  connbytes: 'it counts what the connection has carried',
  connlabel: "it reads the connection's labels",
  connlimit: 'it counts the connections of the client',
  cpu: 'it asks which processor handles the packet',
  dst: 'it reads the IPv6 destination options header',
  esp: 'it reads the IPsec ESP header',
  eui64: "it compares the source with the sender's link address",
  frag: 'it reads the IPv6 fragment header',
  hashlimit: 'it depends on how full a token bucket is',
  hbh: 'it reads the IPv6 hop-by-hop options header',
  ipcomp: 'it reads the IPComp header',
  ipv6header: 'it asks which IPv6 extension headers there are',
  ipvs: 'it asks what IPVS did with the connection',
  limit: 'it depends on how full a token bucket is',
  mh: 'it reads the IPv6 mobility header',
  osf: "it guesses the sender's operating system from its SYN",
  policy: 'it asks whether the packet passes IPsec',
  quota: 'it depends on what is left of a byte quota',
  rateest: 'it compares measured rates',
  realm: 'it asks for the routing realm',
  rt: 'it reads the IPv6 routing header',
  socket: 'it looks for an open socket of the node',
  srh: 'it reads the IPv6 segment routing header',
  string: 'it searches the payload',
  time: "it depends on the node's clock",
  u32: 'it reads arbitrary bytes of the packet',
  unclean: 'it asks whether the packet is malformed',
  'nfacct-list': 'it depends on an accounting quota',
};

const OF_ITS_RULE: ReadonlySet<OpaqueModule> = new Set(['limit', 'quota', 'nfacct-list']);

/** A recognised extension that asks what no capture holds. */
export function opaque(match: MatchOf<'opaque'>, { rule }: MatchContext): Answer {
  // A bucket or quota belongs to its rule: the same text elsewhere is another question.
  const owner = OF_ITS_RULE.has(match.module) ? ` of ${rule.chain} rule ${rule.number}` : '';
  return unknown(
    `match-${match.module}`,
    `${match.module} ${match.text}${owner}`,
    {
      holds: `"${match.text}"${owner} matches (${WHY[match.module]})`,
      fails: `"${match.text}"${owner} does not match (${WHY[match.module]})`,
    },
    null,
  );
}

/** A match that no known iptables has. */
export function unrecognised(match: MatchOf<'unrecognised'>): Answer {
  return unknown(
    'match-unrecognised',
    `unrecognised ${match.text}`,
    {
      holds: `"${match.text}" matches (kp-explain does not know this match)`,
      fails: `"${match.text}" does not match (kp-explain does not know this match)`,
    },
    null,
  );
}

/**
 * Something that the listing did not print. A name stands for one address or port wherever the listing prints it: the
 * question is what the name is, not what a rule asks, so one branch answers it alike in every rule.
 */
export function lost(match: MatchOf<'lost'>, context: MatchContext): Answer {
  const { rule } = context;
  if (match.what === 'jump' || match.what === 'rules') return notCaptured(match, rule.chain);
  const ofRule = `of ${rule.chain} rule ${rule.number}`;
  const { what, subject } = {
    interfaces: {
      what: `the interfaces, which a listing without -v does not print, ${ofRule}`,
      subject: ofRule,
    },
    address: {
      what: `the address that the listing prints as "${match.text}"`,
      subject: addressAsked(match.text, context),
    },
    port: {
      what: `the port that the listing prints as "${match.text}"`,
      subject: `${context.state.sourcePort} ${context.state.destinationPort}`,
    },
    option: { what: `the option that the listing prints as "${match.text}" ${ofRule}`, subject: ofRule },
    protocol: { what: `the protocol that the listing prints as "${match.text}"`, subject: '' },
  }[match.what];
  return unknown(
    `listing-${match.what}`,
    `lost ${match.what} ${match.text} ${subject}`,
    match.what === 'interfaces'
      ? { holds: `${what} fit the packet`, fails: `${what} do not fit the packet` }
      : { holds: `${what} fits the packet`, fails: `${what} does not fit the packet` },
    'capture with iptables-save instead of iptables -L',
  );
}

/** What rules do of which only the chain is known. */
function notCaptured({ what, text }: MatchOf<'lost'>, chain: string): Answer {
  const clause =
    what === 'jump'
      ? {
          holds: `a rule of ${chain} that is not in the capture leads the packet to ${text}`,
          fails: `no rule of ${chain} leads the packet to ${text}`,
        }
      : {
          holds: `a rule of ${chain} that is not in the capture takes the packet`,
          fails: `no rule of ${chain} takes the packet`,
        };
  return unknown(
    'chain-not-captured',
    `lost ${what} ${text} ${chain}`,
    clause,
    'capture the whole table with iptables-save',
  );
}

/** Which of the packet's addresses a lost one is compared with: after NAT it is another question. */
function addressAsked(text: string, { state }: MatchContext): string {
  if (text.startsWith('-d ')) return formatAddress(state.destination);
  const { address } = state.source;
  return text.startsWith('-s ') && address !== null ? formatAddress(address) : '';
}
