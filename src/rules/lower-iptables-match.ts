import type { Match, MatchKind, MatchOf, PortModule, TupleSide } from '../iptables/match.ts';
import { DCCP, ICMP, ICMPV6, parseProtocol, SCTP, TCP, UDP, UDPLITE } from '../net/protocol.ts';
import { type Field, type ProtocolSet, type Test, test, type WhenAbsent } from './test.ts';
import { just, type NumberSet, within } from './value-set.ts';

type Lowering<K extends MatchKind> = (match: MatchOf<K>) => readonly Test[];

/** What each match of iptables asks, with the kernel's meaning, in the kernel's order. A match that always holds asks nothing. */
const LOWERINGS: { readonly [K in MatchKind]: Lowering<K> } = {
  source: ({ prefix, negated }) => [test('ip.saddr', { kind: 'prefix', prefix }, negated)],
  destination: ({ prefix, negated }) => [test('ip.daddr', { kind: 'prefix', prefix }, negated)],
  'in-interface': ({ name, negated }) => [test('meta.iifname', [name], negated)],
  'out-interface': ({ name, negated }) => [test('meta.oifname', [name], negated)],
  // Protocol 0 stands for every protocol; the kernel then does not compare at all, negated or not.
  protocol: ({ number, name, negated }) => {
    const known = number ?? parseProtocol(name);
    if (known === null) return [test('meta.l4proto', { kind: 'named', name }, negated)];
    if (known === 0) return [];
    return [negated ? test('meta.l4proto', just(known), true) : protocolIs(known)];
  },
  fragment: ({ negated }) => [test('ip.fragment', true, negated)],
  'source-port': ({ module, ports, negated }) => [
    protocolIs(MODULE_PROTOCOL[module]),
    test('th.sport', within(ports), negated),
  ],
  'destination-port': ({ module, ports, negated }) => [
    protocolIs(MODULE_PROTOCOL[module]),
    test('th.dport', within(ports), negated),
  ],
  'tcp-flags': ({ mask, comp, negated }) => [
    protocolIs(TCP),
    test('tcp.flags', { kind: 'masked', value: comp, mask }, negated),
  ],
  'tcp-option': ({ option, negated }) => [protocolIs(TCP), test('tcp.option', option, negated)],
  tcpmss: ({ size, negated }) => [protocolIs(TCP), test('tcp.mss', within(size), negated)],
  'sctp-chunks': ({ scope, chunks, negated }) => [
    protocolIs(SCTP),
    test('sctp.chunks', { scope, chunks }, negated),
  ],
  'dccp-types': ({ types, negated }) => [protocolIs(DCCP), test('dccp.type', types, negated)],
  'dccp-option': ({ option, negated }) => [protocolIs(DCCP), test('dccp.option', option, negated)],
  'icmp-type': icmpType,
  multiport: ({ side, ports, negated }) => [
    WITH_PORTS,
    test(PORT_FIELDS[side], { kind: 'ranges', ranges: ports }, negated),
  ],
  iprange: ({ side, from, to, negated }) => [
    test(SIDE_FIELDS[side], { kind: 'ranges', ranges: [{ from, to }] }, negated),
  ],
  set: ({ name, directions, returnNomatch, counters, negated }) => [
    test('ipset', { set: name, directions, returnNomatch, counters }, negated),
  ],
  addrtype: ({ side, types, limit, negated }) => [
    test(side === 'source' ? 'fib.saddr.type' : 'fib.daddr.type', { types, limit }, negated),
  ],
  mark: ({ value, mask, negated }) => [test('meta.mark', masked(value, mask), negated)],
  // xt_connmark gives up on a packet without connection.
  connmark: ({ value, mask, negated }) => [test('ct.mark', masked(value, mask), negated)],
  ctstate: ({ states, negated }) => [test('ct.state', states, negated)],
  ctproto: (match) => [test('ct.protocol', protocolSet(match), match.negated, beside(match))],
  ctaddress: (match) => [
    test(
      TUPLE_ADDRESSES[match.tuple],
      { kind: 'prefix', prefix: match.prefix },
      match.negated,
      beside(match),
    ),
  ],
  ctport: (match) => [test(TUPLE_PORTS[match.tuple], within(match.ports), match.negated, beside(match))],
  ctstatus: (match) => [
    test('ct.status', { kind: 'any-bit', bits: statusBits(match) }, match.negated, beside(match)),
  ],
  ctexpire: (match) => [test('ct.expiration', within(match.seconds), match.negated, beside(match))],
  ctdir: (match) => [test('ct.direction', match.direction, match.negated, beside(match))],
  connbytes: ({ of, mode, range, text, negated }) => [
    test('ct.counted', { of, mode, set: within(range), text }, negated),
  ],
  connlabel: ({ label, sets, text, negated }) => [
    test('ct.label', { label, sets, text }, negated, 'differs'),
  ],
  helper: ({ name, negated }) => [test('ct.helper', name, negated, 'differs')],
  'statistic-random': ({ probability, negated }) => [test('chance', { probability, every: null }, negated)],
  'statistic-nth': ({ every, packet, negated }) => [
    test('chance', { probability: 1 / Math.max(every, 1), every: { n: every, at: packet } }, negated),
  ],
  recent: ({ kind: _, negated, ...asked }) => [test('recent', asked, negated)],
  // A forwarded packet has no socket, and then the question is answered no (net/netfilter/xt_owner.c).
  'owner-uid': ({ uids, text, negated }) => [
    test('meta.skuid', { ranges: uids && [uids], text }, negated, 'differs'),
  ],
  'owner-gid': ({ gids, text, negated }) => [
    test('meta.skgid', { ranges: gids && [gids], text }, negated, 'differs'),
  ],
  'owner-socket': ({ negated }) => [test('meta.sender', true, negated)],
  pkttype: ({ type, negated }) => [test('meta.pkttype', type, negated)],
  mac: ({ address, negated }) => [test('ether.saddr', address, negated)],
  'physdev-name': ({ side, name, negated }) => [
    test(side === 'in' ? 'bridge.port.in' : 'bridge.port.out', [name], negated),
  ],
  'physdev-is': ({ what, negated }) => [test('bridge.carries', what, negated)],
  devgroup: ({ side, value, mask, text, negated }) => [
    test(side === 'in' ? 'meta.iifgroup' : 'meta.oifgroup', { value, mask, text }, negated, 'differs'),
  ],
  rpfilter: ({ loose, validmark, acceptLocal, negated }) => [
    test('fib.saddr.oif', { loose, validmark, acceptLocal }, negated),
  ],
  ipvs: ({ negated }) => [test('ipvs.taken', true, negated)],
  'ipvs-protocol': ({ protocol, negated }) => [test('ipvs.protocol', just(protocol), negated)],
  'ipvs-address': ({ prefix, negated }) => [test('ipvs.address', { kind: 'prefix', prefix }, negated)],
  'ipvs-port': ({ port, negated }) => [test('ipvs.port', just(port), negated)],
  length: ({ bytes, negated }) => [test('meta.length', within(bytes), negated)],
  ttl: ({ operator, value, negated }) => [test('ip.ttl', compared(operator, value), negated)],
  dscp: ({ value, negated }) => [test('ip.dscp', just(value), negated)],
  tos: ({ value, mask, negated }) => [test('ip.tos', { kind: 'masked', value, mask }, negated)],
  ecn: ({ text, negated }) => [test('ip.ecn', text, negated)],
  comment: () => [],
  nfacct: () => [],
  opaque: ({ module, text, takes, negated }) => [
    test('opaque', { module, text, ...(takes === undefined ? {} : { takes }) }, negated),
  ],
  unrecognised: ({ text, negated }) => [test('unrecognised', text, negated)],
  lost: ({ what, text, negated }) => [test('lost', { what, text }, negated)],
};

const MODULE_PROTOCOL: Readonly<Record<PortModule, number>> = {
  tcp: TCP,
  udp: UDP,
  sctp: SCTP,
  dccp: DCCP,
  udplite: UDPLITE,
};

const PORT_FIELDS = { source: 'th.sport', destination: 'th.dport', either: 'th.port' } as const;
const SIDE_FIELDS = { source: 'ip.saddr', destination: 'ip.daddr' } as const;

const TUPLE_ADDRESSES = {
  origsrc: 'ct.original.saddr',
  origdst: 'ct.original.daddr',
  replsrc: 'ct.reply.saddr',
  repldst: 'ct.reply.daddr',
} as const satisfies Record<TupleSide, Field>;

const TUPLE_PORTS = {
  origsrc: 'ct.original.sport',
  origdst: 'ct.original.dport',
  replsrc: 'ct.reply.sport',
  repldst: 'ct.reply.dport',
} as const satisfies Record<TupleSide, Field>;

/** The tests that matches imply, each made once: a rule that asks the same already need not ask it twice. */
const PROTOCOL_TESTS = new Map<number, Test>();

function protocolIs(number: number): Test {
  let known = PROTOCOL_TESTS.get(number);
  if (known === undefined) {
    known = test('meta.l4proto', just(number));
    PROTOCOL_TESTS.set(number, known);
  }
  return known;
}

const WITH_PORTS = test('meta.l4proto', {
  kind: 'ranges',
  ranges: [TCP, UDP, SCTP, DCCP, UDPLITE].map((number) => ({ from: number, to: number })),
});

function protocolSet({ number, name }: MatchOf<'ctproto'>): ProtocolSet {
  const known = number ?? parseProtocol(name);
  return known === null ? { kind: 'named', name } : just(known);
}

/** Type 255 of ICMP is iptables' own number for `any` (icmp_type_code_match, net/ipv4/netfilter/ip_tables.c). */
function icmpType({ version, type, codes, negated }: MatchOf<'icmp-type'>): readonly Test[] {
  const protocol = protocolIs(version === 4 ? ICMP : ICMPV6);
  const asked = { from: (type << 8) | codes.from, to: (type << 8) | codes.to };
  const set = version === 4 && type === 255 ? { from: 0, to: 0xffff } : asked;
  return [protocol, test('icmp.type-code', within(set), negated)];
}

function masked(value: number, mask: number): NumberSet {
  return { kind: 'masked', value: value >>> 0, mask: mask >>> 0 };
}

function compared(operator: MatchOf<'ttl'>['operator'], value: number): NumberSet {
  if (operator === 'eq') return just(value);
  return within(operator === 'lt' ? { from: 0, to: value - 1 } : { from: value + 1, to: 255 });
}

const STATUS_BITS = { NONE: 0, EXPECTED: 1, SEEN_REPLY: 2, ASSURED: 4, CONFIRMED: 8 } as const;

function statusBits({ statuses }: MatchOf<'ctstatus'>): number {
  return statuses.reduce((bits, status) => bits | STATUS_BITS[status], 0);
}

/**
 * Without a connection xt_conntrack looks at `--ctstate` alone: a match that has it passes its other options unasked,
 * one that has not does not match, negated or not (conntrack_mt: `if (ct == NULL) return match_flags & STATE`).
 */
function beside(match: { readonly besideState?: true }): WhenAbsent {
  return match.besideState === true ? 'passes' : 'breaks';
}

/** @returns what the matches of one rule ask, in their order; what they imply twice is there once. */
export function lowerMatches(matches: readonly Match[]): readonly Test[] {
  const tests: Test[] = [];
  for (const match of matches) {
    // The table's type ties each kind to its function; TypeScript cannot follow that through an index.
    const lower = LOWERINGS[match.kind] as Lowering<MatchKind>;
    for (const asked of lower(match)) if (!tests.includes(asked)) tests.push(asked);
  }
  return tests;
}
