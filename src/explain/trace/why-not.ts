import { formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import type { Field, Test, TestOf } from '../../rules/test.ts';
import type { NumberSet } from '../../rules/value-set.ts';
import { hex } from '../../trace/describe-target.ts';
import type { PacketState } from '../../trace/state.ts';
import { addressSetText, numberSetText, protocolSetText } from '../words/value-words.ts';

type Words<F extends Field> = (test: TestOf<F>, state: PacketState) => string;

/** What about the packet does not fit a test that said no, in a few words. */
const WORDS: { readonly [F in Field]: Words<F> } = {
  'meta.nfproto': ({ in: family }) => `the packet is not ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
  'meta.l4proto': ({ in: set, negated }, { protocol }) =>
    `the protocol is ${formatProtocol(protocol)}, ${excluded(negated, protocolSetText(set))}`,
  'ip.saddr': ({ in: set, negated }, state) =>
    `${sourceOf(state)} is ${not(negated)}in ${addressSetText({ within: set, family: state.family })}`,
  'ip.daddr': ({ in: set, negated }, state) =>
    `destination ${formatAddress(state.destination)} is ${not(negated)}in ${addressSetText({ within: set, family: state.family })}`,
  'ip.fragment': plain('fragment'),
  'meta.length': plain('length'),
  'ip.ttl': plain('ttl'),
  'ip.dscp': plain('dscp'),
  'ip.tos': plain('tos'),
  'ip.ecn': plain('ecn'),
  'th.sport': ({ in: set, negated }, { sourcePort }) =>
    `source port ${sourcePort ?? 'of any number'} is ${not(negated)}${oneOf(set)}`,
  'th.dport': ({ in: set, negated }, { destinationPort }) =>
    `destination port ${destinationPort ?? 'none'} is ${not(negated)}${oneOf(set)}`,
  'th.port': ({ in: set, negated }) => `its ports are ${not(negated)}among ${numberSetText(set)}`,
  'tcp.flags': () => 'its TCP flags do not fit',
  'tcp.option': plain('tcp option'),
  'tcp.mss': plain('tcpmss'),
  'sctp.chunks': plain('sctp chunks'),
  'dccp.type': plain('dccp types'),
  'dccp.option': plain('dccp option'),
  'icmp.type-code': plain('icmp type'),
  'meta.pkttype': plain('pkttype'),
  'ether.saddr': plain('mac'),
  'meta.iifname': ({ in: names, negated }, { inInterface }) =>
    `it came in through ${inInterface ?? 'no interface'}, ${excluded(negated, names.join(' or '))}`,
  'meta.oifname': ({ in: names, negated }, { outInterface }) =>
    `it goes out through ${outInterface ?? 'no interface'}, ${excluded(negated, names.join(' or '))}`,
  'meta.iifgroup': plain('devgroup'),
  'meta.oifgroup': plain('devgroup'),
  'bridge.port.in': crossesPort,
  'bridge.port.out': crossesPort,
  'bridge.carries': crossesPort,
  'meta.mark': ({ in: set, negated }, { mark }) =>
    `the mark is ${mark === null ? 'not known' : hex(mark)}, which ${negated ? 'has' : 'has not'} ${numberSetText(set)}`,
  'meta.skuid': noProcess,
  'meta.skgid': noProcess,
  'meta.sender': noProcess,
  'ct.state': ({ in: states, negated }, { connection, untracked }) =>
    `the connection is ${connection?.state ?? untracked ?? 'INVALID'}, ${excluded(negated, states.join(' or '))}`,
  'ct.status': plain('ctstatus'),
  'ct.mark': ({ in: set, negated }) =>
    `the connection's mark ${negated ? 'is' : 'is not'} ${numberSetText(set)}`,
  'ct.direction': plain('ctdir'),
  'ct.protocol': plain('ctproto'),
  'ct.original.saddr': plain('ctaddress'),
  'ct.original.daddr': plain('ctaddress'),
  'ct.reply.saddr': plain('ctaddress'),
  'ct.reply.daddr': plain('ctaddress'),
  'ct.original.sport': plain('ctport'),
  'ct.original.dport': plain('ctport'),
  'ct.reply.sport': plain('ctport'),
  'ct.reply.dport': plain('ctport'),
  'ct.expiration': plain('ctexpire'),
  'ct.helper': plain('helper'),
  'ct.counted': plain('connbytes'),
  'ct.label': plain('connlabel'),
  'fib.saddr.type': ({ in: { types }, negated }, state) =>
    `${sourceOf(state)} is ${not(negated)}a ${types.join(' or ')} address`,
  'fib.daddr.type': ({ in: { types }, negated }, { destination }) =>
    `${formatAddress(destination)} is ${not(negated)}a ${types.join(' or ')} address`,
  'fib.saddr.oif': plain('rpfilter'),
  'ipvs.taken': plain('ipvs'),
  'ipvs.protocol': plain('ipvs protocol'),
  'ipvs.address': plain('ipvs address'),
  'ipvs.port': plain('ipvs port'),
  ipset: ({ in: { set, directions }, negated }, state) =>
    `${directions.map((end) => (end === 'src' ? sourceOf(state) : formatAddress(state.destination))).join(' / ')} is ${not(negated)}in set ${set}`,
  recent: ({ in: { side, list }, negated }, state) =>
    `${side === 'source' ? sourceOf(state) : formatAddress(state.destination)} is ${not(negated)}in list ${list}`,
  chance: plain('chance'),
  opaque: plain('opaque'),
  unrecognised: plain('unrecognised'),
  lost: plain('lost'),
};

/** @returns what about the packet does not fit a test that said no, in a few words. */
export function whyNot(test: Test, state: PacketState): string {
  // The table's type ties each field to its words; TypeScript cannot follow that through an index.
  const words = WORDS[test.field] as Words<Field>;
  return words(test, state);
}

function plain(what: string): (test: { readonly negated: boolean }) => string {
  return ({ negated }) => `${what} ${negated ? 'fits, and is excluded' : 'does not fit'}`;
}

function crossesPort({ negated }: { readonly negated: boolean }): string {
  return negated ? 'it crosses a bridge port' : 'it crosses no such bridge port';
}

function noProcess(): string {
  return 'no process of this node sent it';
}

function not(negated: boolean): string {
  return negated ? '' : 'not ';
}

function excluded(negated: boolean, asked: string): string {
  return negated ? 'which is excluded' : `not ${asked}`;
}

function oneOf(set: NumberSet): string {
  const several = set.kind === 'ranges' && set.ranges.length > 1;
  return `${several ? 'among' : 'in'} ${numberSetText(set)}`;
}

function sourceOf({ source }: PacketState): string {
  return source.address === null ? 'the client' : `source ${formatAddress(source.address)}`;
}
