import type { OpaqueModule } from '../../iptables/match.ts';
import { formatAddress } from '../../net/address.ts';
import { formatRange } from '../../net/range.ts';
import type { NumberSet } from '../../rules/value-set.ts';
import type { BridgePortFact, Question } from '../../trace/question.ts';
import {
  ALL_ROUTES,
  CAPTURE_ROUTES,
  clientOr,
  denied,
  GIVE_CLIENT,
  GIVE_PORT,
  inFlow,
  is,
  ofRule,
  said,
  type Words,
  type WordsFor,
} from './clauses.ts';
import { captureOfFamily } from './family-rule.ts';
import { NFT_WORDS } from './nft-words.ts';
import { setUnknownNote } from './unknown-words.ts';
import { addressSetText, numberSetText } from './value-words.ts';

/** Questions about the packet itself. */
export type PacketQuestion = Exclude<
  Question['code'],
  ConnectionQuestion | IpvsQuestion | `match-${OpaqueModule}`
>;

/** Questions about its connection, and about what the kernel chooses. */
export type ConnectionQuestion =
  | 'reply-destination'
  | 'connection-port'
  | 'ctstatus'
  | 'ctexpire'
  | 'quoted-flow'
  | 'helper'
  | 'conntrack-full'
  | 'masquerade-moved'
  | 'nat-range'
  | 'multipath'
  | 'socket-connected'
  | 'multicast-group'
  | 'bridge-frame'
  | 'bridge-isolated'
  | 'bridge-hairpin'
  | 'frame-rule'
  | 'flow-closed'
  | 'flow-zone'
  | 'flow-balanced'
  | 'flow-before-nat'
  | 'nat-hooked'
  | 'queue-listener'
  | 'tproxy-socket'
  | 'nat-not-listed'
  | 'rules-left-out'
  | 'backend-order'
  | 'many-questions';

/** What IPVS chooses or remembers. */
export type IpvsQuestion = 'ipvs-choice' | 'ipvs-room' | 'ipvs-template';

/** What rules ask of the packet, in words. */
export const PACKET_WORDS: { readonly [C in PacketQuestion]: WordsFor<C> } = {
  ...NFT_WORDS,
  'in-interface': ({ patterns }) => {
    const name = patterns.join(' or ');
    return said(
      `the packet came in through ${name}`,
      `the packet came in through another interface than ${name}`,
      `give --in-interface, or ${CAPTURE_ROUTES}`,
    );
  },
  'out-interface': ({ patterns }) => {
    const name = patterns.join(' or ');
    return said(
      `the packet goes out through ${name}`,
      `the packet goes out through another interface than ${name}`,
      CAPTURE_ROUTES,
    );
  },
  'protocol-name': ({ of, name }) =>
    of === 'packet'
      ? said(
          `this node's /etc/protocols calls the packet's protocol "${name}"`,
          `the protocol "${name}" is another one than the packet's`,
          'capture with numeric protocols, or look the name up in /etc/protocols of the node',
        )
      : said(
          `"${name}" is the connection's protocol`,
          `"${name}" is not the connection's protocol`,
          'look the name up in /etc/protocols of the node',
        ),
  'source-port': (question) => portWords('source', question, GIVE_PORT),
  'destination-port': (question) => portWords('destination', question, null),
  'source-address': (question) => {
    const name = addressSetText(question);
    return question.rewritten === true
      ? said(`the rewritten source lies in ${name}`, `the rewritten source lies outside ${name}`)
      : said(
          `the client's address lies in ${name}`,
          `the client's address lies outside ${name}`,
          GIVE_CLIENT,
        );
  },
  'tcp-flags': ({ set }) => {
    // As `--tcp-flags` has them: the mask first.
    const name =
      set.kind === 'masked' ? `0x${set.mask.toString(16)}/0x${set.value.toString(16)}` : numberSetText(set);
    return said(`the packet's TCP flags fit ${name}`, `the packet's TCP flags do not fit ${name}`);
  },
  'tcp-option': ({ option, afterTcpMss }) =>
    denied(`the packet carries TCP option ${option}${since(afterTcpMss)}`),
  tcpmss: ({ set, afterTcpMss }) =>
    denied(`the packet announces a maximum segment size in ${numberSetText(set)}${since(afterTcpMss)}`),
  'sctp-chunks': ({ scope, chunks }) => denied(`the packet holds SCTP chunks ${scope} ${chunks.join(',')}`),
  'dccp-types': ({ types }) => denied(`the packet is of DCCP type ${types.join(',')}`),
  'dccp-option': ({ option }) => denied(`the packet carries DCCP option ${option}`),
  'icmp-type': ({ set }) => denied(`the packet is of ICMP type ${icmpTypeText(set)}`),
  mark: ({ set, writes }) => is(`the packet's mark${asWritten(writes)}`, numberSetText(set), 'give --mark'),
  connmark: ({ set, writes }) => inFlow(is(`the connection's mark${asWritten(writes)}`, numberSetText(set))),
  tos: ({ set, writes }) => is(`the packet's TOS${byThen(writes)}`, numberSetText(set)),
  length: ({ set, writes }) => is(`the packet${byThen(writes)}`, `${numberSetText(set)} bytes long`),
  ttl: ({ set, writes }) => is(`the packet's hop limit${byThen(writes)}`, hopLimitText(set)),
  dscp: ({ set, writes }) => is(`the packet's DSCP${byThen(writes)}`, dscpText(set)),
  ecn: ({ text, writes }) => {
    const bits = `the packet's ECN bits${byThen(writes)}`;
    return said(`${bits} fit "${text}"`, `${bits} do not fit "${text}"`);
  },
  owner: ({ as, name }) =>
    denied(`the sending process ${as === 'user' ? 'runs as user' : 'runs in group'} ${name}`),
  mac: ({ address }) =>
    said(
      `the packet was sent from link address ${address}`,
      `the packet was sent from another link address than ${address}`,
    ),
  'bridge-port': ({ asks }) =>
    denied(bridgePortText(asks), 'capture `ip -j addr` and `sysctl net.bridge`, and give --in-interface'),
  devgroup: ({ side, group }) =>
    denied(
      `the interface the packet ${side === 'in' ? 'came in' : 'goes out'} through is in group ${group}`,
      'capture `ip -j addr`',
    ),
  'address-type': ({ address, types, limit }) => {
    const on = limit === null ? '' : ` on the ${limit === 'in' ? 'input' : 'output'} interface`;
    const what = `a ${types.join(' or ')} address of this node${on}`;
    const settle = address === null ? GIVE_CLIENT : `capture \`ip -j addr\` and ${ALL_ROUTES}`;
    return is(clientOr(address), what, settle);
  },
  rpfilter: ({ source, lacks }) =>
    said(
      `an answer to ${clientOr(source)} would leave where it came in`,
      `an answer to ${clientOr(source)} would leave elsewhere`,
      lacks === 'client'
        ? 'give the client with --from ADDRESS and --in-interface'
        : `${CAPTURE_ROUTES} and \`ip -j rule\``,
    ),
  recent: ({ list, subject, seconds, hitcount, changed, captured }) => {
    const name = subject.address === null ? '' : ` ${formatAddress(subject.address)}`;
    const who = `${RECENT[subject.who]}${name}`;
    const often = hitcount === null ? '' : ` at least ${hitcount} times`;
    const within = seconds === null ? '' : ` within the last ${seconds} s`;
    const then = changed ? ', after what earlier rules did to the list' : '';
    const what = `entered in list ${list}${often}${within}${then}`;
    // A captured list tells that the client is in it, and nothing more can be captured.
    const settle = captured ? null : 'capture /proc/net/xt_recent/* (one file for each list)';
    return said(`${who} was ${what}`, `${who} was not ${what}`, settle);
  },
  'ipset-not-captured': setWords,
  'ipset-missing': setWords,
  'ipset-cut': setWords,
  'ipset-type': setWords,
  'ipset-element': setWords,
  'ipset-changed': ({ set }) => {
    const after = 'the packet after the change that an earlier rule made to it';
    return said(`set ${set} has ${after}`, `set ${set} does not have ${after}`);
  },
  'ipset-counters': ({ set }) =>
    said(`the counters of set ${set} fit the rule`, `the counters of set ${set} do not fit the rule`),
  'match-unrecognised': ({ text }) =>
    said(
      `"${text}" matches (kp-explain does not know this match)`,
      `"${text}" does not match (kp-explain does not know this match)`,
    ),
  'rule-unread': ({ text, rule }) => {
    const what = `rule ${rule.number} of ${rule.chain}, which could not be read ("${text.trim()}"),`;
    return said(
      `${what} takes the packet`,
      `${what} does not take the packet`,
      'capture it with `iptables-save -c`',
    );
  },
  'listing-interfaces': ({ rule }) =>
    listed(`the interfaces, which a listing without -v does not print, ${ofRule(rule)}`, ''),
  'listing-option': ({ text, rule }) =>
    listed(`the option that the listing prints as "${text}" ${ofRule(rule)}`),
  'chain-not-captured': ({ what, text, chain }) => {
    const holds = `a rule of ${chain} that is not in the capture ${what === 'jump' ? `leads the packet to ${text}` : 'takes the packet'}`;
    const fails = `no rule of ${chain} ${what === 'jump' ? `leads the packet to ${text}` : 'takes the packet'}`;
    return said(holds, fails, 'capture the whole table with iptables-save');
  },
  'family-not-captured': ({ family }) =>
    said(
      `an ${family} rule, of which none was captured, takes the packet or rewrites it`,
      `no ${family} rule takes the packet or rewrites it`,
      captureOfFamily(family),
    ),
  'listing-address': ({ text }) => listed(`the address that the listing prints as "${text}"`),
  'listing-port': ({ text }) => listed(`the port that the listing prints as "${text}"`),
  'listing-protocol': ({ text }) => listed(`the protocol that the listing prints as "${text}"`),
};

const RECENT = {
  client: 'the client',
  'rewritten-source': 'the rewritten source',
  destination: 'the destination',
} as const;

function setWords({ set, ends, why }: Extract<Question, { readonly why: unknown }>): Words {
  const what = [...new Set(ends.map(clientOr))].join(' / ');
  const { text, settle } = setUnknownNote(why);
  return said(`${what} is in set ${set} (${text})`, `${what} is not in set ${set} (${text})`, settle);
}

function portWords(
  side: 'source' | 'destination',
  { set }: Extract<Question, { readonly either: boolean }>,
  settle: string | null,
): Words {
  const text = numberSetText(set);
  return set.kind === 'ranges' && set.ranges.length > 1
    ? said(`the ${side} port is one of ${text}`, `the ${side} port is none of ${text}`, settle)
    : said(`the ${side} port is in ${text}`, `the ${side} port is not in ${text}`, settle);
}

/** Types with their codes where a rule asks for some of them only. */
function icmpTypeText(set: NumberSet): string {
  if (set.kind !== 'ranges') return `and code ${numberSetText(set)}`;
  return set.ranges
    .map(({ from, to }) => {
      const codes = { from: from & 0xff, to: to & 0xff };
      const all = codes.from === 0 && codes.to === 0xff;
      return all ? formatRange({ from: from >> 8, to: to >> 8 }) : `${from >> 8} code ${formatRange(codes)}`;
    })
    .join(' or ');
}

function hopLimitText(set: NumberSet): string {
  const [range] = set.kind === 'ranges' ? set.ranges : [];
  if (range === undefined || set.kind !== 'ranges' || set.ranges.length > 1) return numberSetText(set);
  const { from, to } = range;
  if (from === to) return `equal to ${from}`;
  return from <= 0 ? `less than ${to + 1}` : to >= 255 ? `greater than ${from - 1}` : numberSetText(set);
}

function dscpText(set: NumberSet): string {
  if (set.kind !== 'ranges') return numberSetText(set);
  const hex = (value: number): string => `0x${value.toString(16)}`;
  return set.ranges.map(({ from, to }) => (from === to ? hex(from) : `${hex(from)}-${hex(to)}`)).join(',');
}

function bridgePortText(asks: BridgePortFact): string {
  switch (asks.fact) {
    case 'came-in-by-port':
      return 'the packet came in through a port of a bridge';
    case 'bridged':
      return 'the packet is handed on within a bridge';
    case 'port':
      return `the packet ${asks.side === 'in' ? 'came in' : 'goes out'} through bridge port ${asks.names.join(' or ')}`;
  }
}

function since(afterTcpMss: boolean): string {
  return afterTcpMss ? ' after TCPMSS' : '';
}

/** @param s the ending of the verb: none after a plural. */
function listed(what: string, s: 's' | '' = 's'): Words {
  const settle = 'capture with iptables-save instead of iptables -L';
  return said(`${what} fit${s} the packet`, `${what} do${s === '' ? '' : 'es'} not fit the packet`, settle);
}

const asWritten = (writes?: number) => (writes === undefined ? '' : ', as rules then wrote it,');

/** Of what routing writes, too. */
const byThen = (writes?: number) => (writes === undefined ? '' : ' by then');
