import { formatAddress } from '../../../src/net/address.ts';
import { ICMP, ICMPV6, SCTP, TCP, UDP } from '../../../src/net/protocol.ts';
import { DESTINATION_PORTS, destinationsOf, MARKS, pickFrom, SOURCE_PORTS } from '../generate/pools.ts';
import { NEIGHBOURS } from '../node/topology.ts';
import { FLAGS, lengthOf } from '../node/wire.ts';
import type { Aim, NftHook } from './aim.ts';

/** How values of a field can be compared. */
export type Shape = 'address' | 'number' | 'word' | 'name' | 'bits';

/** A field of the packet, and values for it. */
export interface FieldText {
  readonly lhs: string;
  /** The type of a set's key; null where nft has no set of it. */
  readonly type: string | null;
  readonly shape: Shape;
  /** As the packet was sent; null where it has no such field. */
  readonly own: string | null;
  readonly others: readonly string[];
  /** Compared with a set of two only. */
  readonly paired?: true;
  /** The protocol that the field implies. */
  readonly l4?: string;
}

type Writer = (aim: Aim) => FieldText | null;

const L4_NAMES: Readonly<Record<number, string>> = {
  [TCP]: 'tcp',
  [UDP]: 'udp',
  [SCTP]: 'sctp',
  [ICMP]: 'icmp',
  [ICMPV6]: 'ipv6-icmp',
};

/** @returns the packet's protocol, as nft calls it. */
export function l4Of({ packet }: Aim): string {
  return L4_NAMES[packet.wire.protocol] ?? 'tcp';
}

/** @returns `ip` or `ip6`. */
export function ipOf({ pool }: Aim): 'ip' | 'ip6' {
  return pool.family === 'ipv4' ? 'ip' : 'ip6';
}

function addressType({ pool }: Aim): string {
  return pool.family === 'ipv4' ? 'ipv4_addr' : 'ipv6_addr';
}

const BEFORE_ROUTE: ReadonlySet<NftHook> = new Set(['ingress', 'prerouting']);
const FROM_NODE: ReadonlySet<NftHook> = new Set(['output']);

function address(aim: Aim, lhs: string, side: 'source' | 'destination'): FieldText {
  const own = formatAddress(aim.packet.wire[side]);
  return { lhs, type: addressType(aim), shape: 'address', own, others: destinationsOf(aim.pool) };
}

function port(aim: Aim, side: 'source' | 'destination', header: string): FieldText {
  const { wire } = aim.packet;
  const value = side === 'source' ? wire.sourcePort : wire.destinationPort;
  const others = (side === 'source' ? SOURCE_PORTS : DESTINATION_PORTS).map(String);
  return {
    lhs: `${header} ${side === 'source' ? 'sport' : 'dport'}`,
    ...{ type: 'inet_service', shape: 'number', others },
    own: value === null ? null : String(value),
    ...(header === 'th' ? {} : { l4: header }),
  };
}

function portHeader(aim: Aim): string | null {
  if (aim.packet.wire.sourcePort === null) return null;
  return aim.pick % 3 === 0 ? 'th' : l4Of(aim);
}

function number(lhs: string, own: number | null, others: readonly number[], type: string | null): FieldText {
  return { lhs, type, shape: 'number', own: own === null ? null : String(own), others: others.map(String) };
}

function word(lhs: string, own: string | null, others: readonly string[], type: string | null): FieldText {
  return { lhs, type, shape: 'word', own, others };
}

/**
 * nft 1.0.6 leaves it out of its listing where it takes it for what a field behind it implies: `meta protocol ip6 ip ttl set 9`
 * is listed as `ip ttl set 9`, and so with `iiftype ether`, `ct l3proto ipv4` and `ct protocol tcp` (payload_dependency_kill). A set of two it keeps.
 */
function unlisted(field: FieldText): FieldText {
  return { ...field, paired: true };
}

/** Names of devices that the rule may meet at its hook. */
function device(aim: Aim, lhs: string, side: 'in' | 'out'): FieldText | null {
  const { from } = aim.packet;
  const { hook } = aim.chain;
  const all = ['eth0', 'eth1', 'cni0', 'cali3', 'lo'];
  if (side === 'in') {
    const own = from === 'node' ? null : NEIGHBOURS[from].device;
    return { lhs, type: 'ifname', shape: 'name', own, others: all };
  }
  const own = hook === 'input' || BEFORE_ROUTE.has(hook) ? null : pickFrom(all, aim.pick >> 2);
  return { lhs, type: 'ifname', shape: 'name', own, others: all };
}

type Side = 'source' | 'destination';
type Direction = 'original' | 'reply';

/** @returns what stood at the packet's own end: an answer goes the other way. */
function sentSide(direction: Direction, end: Side): Side {
  if (direction === 'original') return end;
  return end === 'source' ? 'destination' : 'source';
}

function ctAddress(aim: Aim, direction: Direction, end: Side): FieldText {
  const key = end === 'source' ? 'saddr' : 'daddr';
  return address(aim, `ct ${direction} ${ipOf(aim)} ${key}`, sentSide(direction, end));
}

function ctPort(aim: Aim, direction: Direction, end: Side): FieldText | null {
  if (aim.packet.wire.sourcePort === null) return null;
  const key = `ct ${direction} proto-${end === 'source' ? 'src' : 'dst'}`;
  const { others, own } = port(aim, sentSide(direction, end), 'th');
  return { lhs: `meta l4proto ${l4Of(aim)} ${key}`, type: null, shape: 'number', own, others };
}

const STATES = ['new', 'established', 'related', 'invalid', 'untracked'];

/** Writers of the fields that a rule can ask about; null where it would not load, or says nothing at all. */
export const FIELDS = {
  saddr: (aim) => address(aim, `${ipOf(aim)} saddr`, 'source'),
  daddr: (aim) => address(aim, `${ipOf(aim)} daddr`, 'destination'),
  /** Of the other family: absent, whichever way it is turned. */
  foreign: (aim) => {
    if (aim.chain.table.family !== 'inet') return null;
    const other = aim.pool.family === 'ipv4' ? 'ip6' : 'ip';
    const others = other === 'ip' ? ['10.244.0.10', '10.0.0.1'] : ['fd00:244::a', 'fd00::1'];
    return { lhs: `${other} saddr`, type: null, shape: 'address', own: null, others };
  },
  sport: (aim) => {
    const header = portHeader(aim);
    return header === null ? null : port(aim, 'source', header);
  },
  dport: (aim) => {
    const header = portHeader(aim);
    return header === null ? null : port(aim, 'destination', header);
  },
  /** Of another protocol than the packet's. */
  strange: (aim) => {
    const other = pickFrom(
      ['tcp', 'udp', 'sctp'].filter((name) => name !== l4Of(aim)),
      aim.pick,
    );
    return { ...port(aim, 'destination', other), own: null };
  },
  l4proto: (aim) =>
    word('meta l4proto', l4Of(aim), ['tcp', 'udp', 'sctp', L4_NAMES[aim.pool.icmp] ?? ''], 'inet_proto'),
  protocol: (aim) =>
    word(
      aim.pool.family === 'ipv4' ? 'ip protocol' : 'ip6 nexthdr',
      l4Of(aim),
      ['tcp', 'udp', 'sctp', L4_NAMES[aim.pool.icmp] ?? ''],
      'inet_proto',
    ),
  nfproto: (aim) =>
    aim.chain.table.family === 'inet' ? word('meta nfproto', aim.pool.family, ['ipv4', 'ipv6'], null) : null,
  ethertype: (aim) =>
    aim.chain.table.family !== 'inet'
      ? null
      : unlisted(word('meta protocol', ipOf(aim), ['ip', 'ip6', 'arp'], null)),
  'icmp type': (aim) => {
    const { icmp } = aim.packet.wire;
    if (icmp === null) return null;
    const four = aim.pool.family === 'ipv4';
    return {
      ...word(
        four ? 'icmp type' : 'icmpv6 type',
        'echo-request',
        ['echo-reply', 'destination-unreachable', 'time-exceeded'],
        four ? 'icmp_type' : 'icmpv6_type',
      ),
      l4: four ? 'icmp' : 'icmpv6',
    };
  },
  'icmp code': (aim) => {
    const { icmp } = aim.packet.wire;
    if (icmp === null) return null;
    const four = aim.pool.family === 'ipv4';
    return {
      ...number(four ? 'icmp code' : 'icmpv6 code', icmp.code, [1, 3, 4], null),
      l4: four ? 'icmp' : 'icmpv6',
    };
  },
  'tcp flags': (aim) => {
    if (aim.packet.wire.protocol !== TCP) return null;
    const { tcpFlags } = aim.packet.wire;
    const names = Object.entries(FLAGS).filter(([, bit]) => (tcpFlags & bit) !== 0);
    const own = names.map(([name]) => name.toLowerCase());
    return {
      ...{ lhs: 'tcp flags', type: null, shape: 'bits', l4: 'tcp' },
      own: own.length === 0 ? null : pickFrom(own, aim.pick),
      others: ['syn', 'ack', 'fin', 'rst', 'psh'],
    };
  },
  ttl: (aim) =>
    number(
      aim.pool.family === 'ipv4' ? 'ip ttl' : 'ip6 hoplimit',
      aim.packet.wire.ttl,
      [64, 63, 62, 1, 2, 254],
      null,
    ),
  // nft 1.0.6 has the kernel shift `ip6 dscp` in the wrong byte order before it looks it up in a named set: all are cs0 there.
  dscp: (aim) =>
    number(
      `${ipOf(aim)} dscp`,
      aim.packet.wire.tos >> 2,
      [0, 4, 46, 10],
      aim.pool.family === 'ipv4' ? 'dscp' : null,
    ),
  ecn: (aim) =>
    word(
      `${ipOf(aim)} ecn`,
      pickFrom(['not-ect', 'ect1', 'ect0', 'ce'], aim.packet.wire.tos & 3),
      ['not-ect', 'ect0', 'ce'],
      null,
    ),
  length: (aim) => {
    const length = lengthOf(aim.packet.wire);
    return number('meta length', length, [40, 60, 100, 760], null);
  },
  'ip length': (aim) => {
    const length = lengthOf(aim.packet.wire);
    const own = aim.pool.family === 'ipv4' ? length : length - 40;
    return number(`${ipOf(aim)} length`, own, [20, 40, 60, 720], null);
  },
  'frag-off': (aim) => (aim.pool.family === 'ipv4' ? number('ip frag-off & 0x1fff', 0, [1, 5], null) : null),
  mark: (aim) => number('meta mark', aim.packet.mark, MARKS, 'mark'),
  'mark bits': (aim) => {
    const mask = pickFrom([0xff, 0x4000, 0xf0, 0x80000000], aim.pick >> 3);
    return number(
      `meta mark & 0x${mask.toString(16)}`,
      (aim.packet.mark & mask) >>> 0,
      [0, 0x4000, 1, 0x10],
      null,
    );
  },
  'mark xor': (aim) => {
    const mask = pickFrom([0xff, 0x4000], aim.pick >> 3);
    return number(`meta mark ^ 0x${mask.toString(16)}`, (aim.packet.mark ^ mask) >>> 0, [0, 0x4001, 1], null);
  },
  'ct mark': () => number('ct mark', 0, MARKS, 'mark'),
  'ct mark bits': (aim) =>
    number(`ct mark & 0x${pickFrom(['ff', '4000'], aim.pick >> 3)}`, 0, [1, 0x4000, 0xff], null),
  iifname: (aim) => device(aim, 'iifname', 'in'),
  oifname: (aim) => device(aim, 'oifname', 'out'),
  iif: (aim) => asIndex(device(aim, 'iif', 'in')),
  oif: (aim) => asIndex(device(aim, 'oif', 'out')),
  iifgroup: () => number('iifgroup', 0, [1, 5], null),
  oifgroup: () => number('oifgroup', 0, [1, 5], null),
  iiftype: () => unlisted(word('iiftype', 'ether', ['loopback', 'ppp'], null)),
  oiftype: () => word('oiftype', 'ether', ['loopback', 'ppp'], null),
  iifkind: () => word('meta iifkind', '"veth"', ['"bridge"', '"vlan"'], null),
  oifkind: () => word('meta oifkind', '"veth"', ['"bridge"', '"vlan"'], null),
  skuid: (aim) =>
    FROM_NODE.has(aim.chain.hook) || aim.pick % 2 === 0 ? number('meta skuid', 0, [1, 1000], null) : null,
  skgid: () => number('meta skgid', 0, [1, 1000], null),
  pkttype: () => word('meta pkttype', 'host', ['broadcast', 'multicast', 'other'], null),
  'ct state': (aim) => ({
    ...{ lhs: 'ct state', type: null, shape: 'bits', own: 'new', others: STATES },
    ...(aim.packet.answersTo > 0 ? { own: 'established' } : {}),
  }),
  'ct status': () => ({
    lhs: 'ct status',
    type: null,
    shape: 'bits',
    own: null,
    others: ['seen-reply', 'assured', 'confirmed', 'snat', 'dnat', 'dying'],
  }),
  'ct direction': () => word('ct direction', 'original', ['reply'], null),
  'ct protocol': (aim) => unlisted(word('ct protocol', l4Of(aim), ['tcp', 'udp', 'sctp'], null)),
  'ct zone': () => number('ct zone', 0, [3, 7], null),
  'ct original saddr': (aim) => ctAddress(aim, 'original', 'source'),
  'ct original daddr': (aim) => ctAddress(aim, 'original', 'destination'),
  'ct reply saddr': (aim) => ctAddress(aim, 'reply', 'source'),
  'ct reply daddr': (aim) => ctAddress(aim, 'reply', 'destination'),
  'ct original proto-src': (aim) => ctPort(aim, 'original', 'source'),
  'ct original proto-dst': (aim) => ctPort(aim, 'original', 'destination'),
  'ct reply proto-src': (aim) => ctPort(aim, 'reply', 'source'),
  'ct reply proto-dst': (aim) => ctPort(aim, 'reply', 'destination'),
  'fib type': (aim) => {
    const side = pickFrom(['daddr', 'daddr', 'saddr'], aim.pick >> 3);
    return word(
      `fib ${side} type`,
      pickFrom(['local', 'unicast'], aim.pick >> 5),
      ['local', 'unicast', 'broadcast', 'multicast', 'anycast'],
      null,
    );
  },
  'fib type iif': (aim) => {
    const { hook } = aim.chain;
    const with_ =
      hook === 'output' || hook === 'postrouting'
        ? 'oif'
        : hook === 'forward'
          ? pickFrom(['iif', 'oif'], aim.pick)
          : 'iif';
    return word(
      `fib daddr . ${with_} type`,
      pickFrom(['local', 'unicast'], aim.pick >> 5),
      ['local', 'unicast', 'broadcast'],
      null,
    );
  },
  'fib oif': (aim) => {
    if (aim.chain.hook === 'output' || aim.chain.hook === 'postrouting') return null;
    const marked = aim.pick % 2 === 0 ? ' . mark' : '';
    return word(`fib saddr${marked} . iif oif`, 'exists', ['missing'], null);
  },
  'fib oifname': (aim) => {
    if (aim.chain.hook === 'output' || aim.chain.hook === 'postrouting') return null;
    const own = aim.packet.from === 'node' ? 'lo' : NEIGHBOURS[aim.packet.from].device;
    return word('fib saddr . iif oifname', `"${own}"`, ['"eth1"', '"cali3"'], null);
  },
  nexthop: (aim) => {
    const hops = aim.pool.family === 'ipv4' ? ['192.168.1.3', '172.16.0.254'] : ['fd00:1::3', 'fd00:2::2'];
    const field = address(aim, `rt ${ipOf(aim)} nexthop`, 'destination');
    return { ...field, ...(aim.pick % 3 === 0 ? {} : { own: pickFrom(hops, aim.pick >> 2) }) };
  },
  raw: (aim) => {
    const { wire } = aim.packet;
    const four = aim.pool.family === 'ipv4';
    const places = [
      { lhs: four ? '@nh,72,8' : '@nh,48,8', own: wire.protocol, others: [6, 17] },
      { lhs: four ? '@nh,64,8' : '@nh,56,8', own: wire.ttl, others: [64, 63, 1] },
      ...(wire.sourcePort === null || wire.destinationPort === null
        ? []
        : [
            { lhs: '@th,16,16', own: wire.destinationPort, others: DESTINATION_PORTS },
            { lhs: '@th,0,16', own: wire.sourcePort, others: SOURCE_PORTS },
          ]),
    ];
    const { lhs, own, others } = pickFrom(places, aim.pick);
    return number(lhs, own, others, null);
  },
  version: ({ pool }) => number('@nh,0,4', pool.family === 'ipv4' ? 4 : 6, [4, 6], null),
  exthdr: (aim) =>
    aim.pool.family === 'ipv4'
      ? word(`ip option ${pickFrom(['rr', 'lsrr', 'ra'], aim.pick)}`, 'missing', ['exists'], null)
      : word(`exthdr ${pickFrom(['frag', 'hbh', 'rt'], aim.pick)}`, 'missing', ['exists'], null),
  'sctp chunk': (aim) =>
    aim.packet.wire.protocol === SCTP
      ? { ...word('sctp chunk init', 'exists', ['missing'], null), l4: 'sctp' }
      : null,
  random: () => number('meta random', null, [0x40000000, 0x80000000], null),
  'numgen random': () => number('numgen random mod 4', null, [0, 1, 3], null),
  'numgen inc': () => number('numgen inc mod 3', null, [0, 1], null),
  symhash: () => number('symhash mod 2', null, [0, 1], null),
  jhash: (aim) => number(`jhash ${ipOf(aim)} saddr mod 3`, null, [0, 1], null),
} satisfies Readonly<Record<string, Writer>>;

function asIndex(field: FieldText | null): FieldText | null {
  return field === null ? null : { ...field, type: 'iface_index' };
}

export type FieldName = keyof typeof FIELDS;

/** @returns the field's text for this packet and place; null where there is none. */
export function writeField(name: FieldName, aim: Aim): FieldText | null {
  const writer: Writer = FIELDS[name];
  return writer(aim);
}
