import { type Address, formatAddress } from '../../net/address.ts';
import type { NumberSet } from '../../rules/value-set.ts';
import type { QuotedFact } from '../../trace/question.ts';
import { denied, GIVE_CLIENT, GIVE_PORT, inFlow, ofRule, said, viaText, type WordsFor } from './clauses.ts';
import type { ConnectionQuestion } from './packet-words.ts';
import { addressSetText, numberSetText, protocolSetText } from './value-words.ts';

/** What rules ask of the connection and what the kernel chooses, in words; `many-questions` quotes another one. */
export const CONNECTION_WORDS: {
  readonly [C in Exclude<ConnectionQuestion, 'many-questions'>]: WordsFor<C>;
} = {
  'reply-destination': (question) => {
    const name = addressSetText(question);
    return said(
      `answers go to an address in ${name}`,
      `answers go to an address outside ${name}`,
      GIVE_CLIENT,
    );
  },
  'connection-port': ({ tuple, set }) =>
    denied(`the connection's ${tuple} port in ${numberSetText(set)}`, GIVE_PORT),
  ctstatus: ({ set }) => {
    const name = statusText(set);
    return inFlow(
      said(`the connection's status has one of ${name}`, `the connection's status has none of ${name}`),
    );
  },
  ctexpire: ({ set }) => {
    const name = numberSetText(set);
    return said(`the connection expires in ${name} s`, `the connection does not expire in ${name} s`);
  },
  'quoted-flow': ({ has }) => {
    if (has.fact === 'sender') {
      const sent = `sent by ${formatAddress(has.address)}`;
      return said(
        `the packet that the error quotes was ${sent}`,
        `the packet that the error quotes was not ${sent}`,
      );
    }
    const what = quotedText(has);
    return said(
      `the flow that the error quotes has ${what}`,
      `the flow that the error quotes has not ${what}`,
    );
  },
  helper: ({ name }) => {
    const what = name === '' ? 'any helper' : `helper ${name}`;
    return said(
      `the connection was announced through ${what}`,
      `the connection was not announced through ${what}`,
    );
  },
  'conntrack-full': () =>
    said(
      'conntrack finds no entry that it may throw out for the new connection (ASSURED ones stay)',
      'conntrack throws out an entry that is not ASSURED, and the new connection takes its room',
    ),
  'masquerade-moved': ({ address, by, out }) => {
    const name = formatAddress(address);
    return said(
      masqueradeMoved(address, by, out),
      `MASQUERADE did not give the flow ${name}, or it left by ${out} from the beginning`,
    );
  },
  'nat-range': ({ address, of, rule }) =>
    denied(
      `the kernel's hash of the client picks ${formatAddress(address)} of the ${of} addresses ${ofRule(rule)}`,
    ),
  multipath: ({ route: { gateway, device } }) =>
    denied(`the hash of the flow picks next hop${viaText(gateway)} on ${device ?? '?'}`),
  'socket-connected': ({ connected }) =>
    denied(
      connected
        ? 'the process connects its socket, which routes anew with the source just chosen'
        : 'the process sends without connecting its socket (sendto)',
    ),
  'multicast-group': ({ group, device, joined }) =>
    denied(
      `${joined ? 'a process of' : 'nobody on'} this node has joined group ${formatAddress(group)} on ${device ?? 'the interface'}`,
    ),
  'bridge-frame': ({ bridge, own }) =>
    denied(
      own
        ? `this node answers for the address on ${bridge}`
        : `the frame is for another machine on ${bridge}`,
    ),
  'bridge-isolated': ({ bridge, value }) =>
    denied(
      `the ports of ${bridge} that the frame comes in and leaves by are ${value ? 'both isolated' : 'not both isolated'}`,
    ),
  'frame-rule': ({ place, text, drops }) =>
    denied(`ebtables ${drops ? 'drops the frame' : 'lets the frame pass'} in ${place}: \`${text}\``),
  'bridge-hairpin': ({ bridge, on }) =>
    denied(`the port of ${bridge} that the client is behind has ${on ? '' : 'no '}hairpin mode`),
  'flow-zone': ({ zone }) =>
    zone === null
      ? denied('the packet is looked up in a conntrack zone where it has no flow')
      : said(
          `the packet is looked up in conntrack zone ${zone}, where it has a flow`,
          `the packet is looked up in another conntrack zone than ${zone}`,
        ),
  'flow-closed': ({ file, line, byClient }) =>
    denied(
      `the ${byClient ? 'client' : 'server'} sent the reset or FIN that closed the flow of ${file}:${line}`,
    ),
  'flow-balanced': ({ file, line, byIpvs }) =>
    said(
      `${byIpvs ? 'IPVS' : 'nat'} took the flow of ${file}:${line} to its endpoint`,
      `${byIpvs ? 'nat' : 'IPVS'} took the flow of ${file}:${line} to its endpoint`,
      'capture `ipvsadm -Lnc`, which has what IPVS took and that is not idle for 15 minutes',
    ),
  'flow-before-nat': () =>
    said(
      'the flow began before nat had rules: they are asked, and rewrite nothing of it',
      'nat has decided about the flow',
      'nothing in a capture tells; `conntrack -D` makes it begin anew',
    ),
  'nat-hooked': () =>
    said(
      'some table of the node has a chain of nat, which gives it another source port',
      'no table of the node has a chain of nat, which could give it another source port',
      'capture `nft -j list ruleset` and `iptables-save` of both backends',
    ),
  'queue-listener': ({ queue }) =>
    said(
      `a program listens at the queue of \`${queue}\``,
      `no program listens at the queue of \`${queue}\``,
      'look into /proc/net/netfilter/nfnetlink_queue of the node',
    ),
  'tproxy-socket': ({ onPort }) => {
    const port = onPort === 0 ? 'the port of the packet' : `port ${onPort}`;
    return said(
      `a transparent socket of this node listens on ${port}`,
      `no transparent socket listens on ${port}`,
      'list the sockets of the node with `ss -ltnu`',
    );
  },
  'nat-not-listed': () =>
    said(
      'a rule of table nat, which the listing does not show, rewrites the packet',
      'no rule of table nat, which the listing does not show, rewrites the packet',
      'capture all tables with `iptables-save -c`',
    ),
  'rules-left-out': ({ file, line }) =>
    said(
      `a rule decides that the command left out of the rules at ${file}:${line}`,
      `no rule decides that the command left out of the rules at ${file}:${line}`,
      'capture all tables with `iptables-save -c`, and pass it through nothing',
    ),
  'backend-order': ({ later, earlier }) => {
    const order = (first: string, second: string): string =>
      `the ${first} tables were registered after the ${second} ones, and so are asked first`;
    return said(
      order(later, earlier),
      order(earlier, later),
      'nothing in a capture tells; compare the counters of both with iptables-save -c',
    );
  },
};

/** @returns why MASQUERADE's flow is dropped on another interface. */
export function masqueradeMoved(address: Address, by: readonly string[], out: string): string {
  return `MASQUERADE gave the flow ${formatAddress(address)}, as it left by ${by.join(' or ')}; by ${out} the kernel drops its packets and forgets it`;
}

function quotedText(has: Exclude<QuotedFact, { readonly fact: 'sender' }>): string {
  switch (has.fact) {
    case 'protocol':
      return `protocol ${protocolSetText(has.set)}`;
    case 'address':
      return `${has.tuple} ${addressSetText(has)}`;
    case 'port':
      return `${has.tuple} port in ${numberSetText(has.set)}`;
    case 'direction':
      return `direction ${has.direction}`;
  }
}

/** The bits of a connection's status word, as `--ctstatus` calls them. */
const STATUSES = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'SRC_NAT', 'DST_NAT'];

function statusText(set: NumberSet): string {
  if (set.kind !== 'any-bit') return numberSetText(set);
  return STATUSES.filter((_, at) => (set.bits & (1 << at)) !== 0).join(',');
}
