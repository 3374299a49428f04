import { matchesAddressType } from '../../host/address-type.ts';
import type { TupleSide } from '../../iptables/match.ts';
import type { Address } from '../../net/address.ts';
import type { AddressTypes, Field, Test, TestOf } from '../../rules/test.ts';
import { type AddressSet, allows, askedBits, deviceMatches, type NumberSet } from '../../rules/value-set.ts';
import { type Connection, shownConnection } from '../../trace/state.ts';
import { Intervals } from '../space/intervals.ts';
import { prefixIntervals } from '../space/prefix-intervals.ts';
import { addressIntervals, portIntervals } from '../space/set-intervals.ts';
import type { Door, PacketConntrack } from '../space/universe.ts';
import type { Asked } from './asked.ts';
import { narrowByIpset } from './narrow-by-ipset.ts';

type Narrower<F extends Field> = (test: TestOf<F>, asked: Asked) => void;

/** The same for every packet that came this far: fields that are fixed or unknown for all of them alike. */
const fixed = (): void => undefined;
const byDoor = (_: unknown, { narrowing }: Asked): void => narrowing.keepDoor();

/** For each field, which other packets answer a test as this one does. See the evaluators in `trace/fields`. */
const NARROWERS: { readonly [F in Field]: Narrower<F> } = {
  'meta.nfproto': fixed,
  'meta.l4proto': ({ in: set }, { narrowing }) => {
    const own = narrowing.packet.protocol;
    narrowing.keepProtocols(
      set.kind === 'named' ? (each) => each === own : (each) => allows(set, each) === allows(set, own),
    );
  },
  'ip.saddr': ({ in: set }, asked) => bySource(set, asked),
  'ip.daddr': ({ in: set }, { state, narrowing }) =>
    narrowing.splitDestinations(addressIntervals(set) ?? Intervals.one(state.destination.value), state),
  'ip.fragment': fixed,
  'meta.length': fixed,
  'ip.ttl': fixed,
  'ip.dscp': fixed,
  'ip.tos': fixed,
  'ip.ecn': fixed,
  'th.sport': ({ in: set }, { state, narrowing }) =>
    narrowing.splitSourcePorts(portIntervals(set), state.sourcePort),
  'th.dport': ({ in: set }, { state, narrowing }) =>
    narrowing.splitDestinationPorts(portIntervals(set), state.destinationPort),
  'th.port': ({ in: set }, { state, narrowing }) => {
    narrowing.splitSourcePorts(portIntervals(set), state.sourcePort);
    narrowing.splitDestinationPorts(portIntervals(set), state.destinationPort);
  },
  'tcp.flags': ({ in: set }, { narrowing }) => narrowing.keepTcpFlags(askedBits(set)),
  'tcp.option': fixed,
  'tcp.mss': fixed,
  'sctp.chunks': fixed,
  'dccp.type': fixed,
  'dccp.option': fixed,
  'icmp.type-code': ({ in: set }, { narrowing }) => narrowing.splitIcmp(portIntervals(set)),
  'meta.pkttype': fixed,
  'ether.saddr': byDoor,
  'meta.iifname': ({ in: names }, { narrowing }) => {
    const fits = (door: Door): boolean | null => {
      if (door.kind === 'node') return null;
      const { device } = door;
      return device === undefined ? null : names.some((name) => deviceMatches(device, name));
    };
    const own = fits(narrowing.door);
    narrowing.keepDoors((door) => fits(door) === own && door.kind === narrowing.door.kind);
  },
  'meta.oifname': fixed,
  'meta.iifgroup': byDoor,
  'meta.oifgroup': byDoor,
  'bridge.port.in': byDoor,
  'bridge.port.out': byDoor,
  'bridge.carries': byDoor,
  'meta.mark': ({ in: set }, { state, narrowing }) => narrowing.askedMark(state.mark, set),
  'meta.skuid': byDoor,
  'meta.skgid': byDoor,
  'meta.sender': byDoor,
  'ct.state': ({ in: states }, { narrowing: { packet }, narrowing }) => {
    const has = (state: PacketConntrack): boolean => states.includes(state);
    narrowing.keepStates((state) => has(state) === has(packet.state));
  },
  'ct.status': fixed,
  'ct.mark': ({ in: set }, { state, narrowing }) =>
    narrowing.askedMark(shownConnection(state)?.mark ?? null, set),
  'ct.direction': fixed,
  'ct.protocol': (test, asked) => NARROWERS['meta.l4proto']({ ...test, field: 'meta.l4proto' }, asked),
  'ct.original.saddr': byTupleAddress('origsrc'),
  'ct.original.daddr': byTupleAddress('origdst'),
  'ct.reply.saddr': byTupleAddress('replsrc'),
  'ct.reply.daddr': byTupleAddress('repldst'),
  'ct.original.sport': byTuplePort('origsrc'),
  'ct.original.dport': byTuplePort('origdst'),
  'ct.reply.sport': byTuplePort('replsrc'),
  'ct.reply.dport': byTuplePort('repldst'),
  'ct.expiration': fixed,
  'ct.helper': fixed,
  'fib.saddr.type': ({ in: types }, asked) => {
    if (types.limit === 'in') asked.narrowing.keepDoor();
    const { source } = asked.state;
    if (source.address !== null && source.address === asked.narrowing.packet.source.address)
      asked.narrowing.keepSources(alikeInType(source.address, types, asked));
  },
  'fib.daddr.type': ({ in: types }, asked) => {
    if (types.limit === 'in') asked.narrowing.keepDoor();
    const { destination } = asked.narrowing.packet;
    if (asked.state.destination.value === destination.value)
      asked.narrowing.keepDestinations(alikeInType(destination, types, asked));
  },
  'fib.saddr.oif': (_, { narrowing }) => {
    narrowing.keepDoor();
    if (narrowing.space.routing.hasPolicy) narrowing.keepMarkBits(0xffffffff);
    const source = narrowing.packet.source.address;
    if (source !== null) narrowing.keepSources(narrowing.space.routing.wayBack(source.value));
  },
  // IPVS' own step tells which packets one virtual server takes.
  'ipvs.taken': fixed,
  'ipvs.protocol': fixed,
  'ipvs.address': fixed,
  'ipvs.port': fixed,
  ipset: narrowByIpset,
  recent: ({ in: asked }, { state, narrowing }) => {
    const entries = narrowing.space.hosts.flatMap((host) => host.recent?.get(asked.list) ?? []);
    if (entries.length === 0 || asked.action === 'set') return;
    const all = (1n << (state.family === 'ipv4' ? 32n : 128n)) - 1n;
    const mask = asked.mask ?? all;
    const listed = entries.flatMap(({ address }): (readonly [bigint, bigint])[] => {
      const prefix = { family: state.family, value: address.value & mask, mask };
      return [...(prefixIntervals(prefix)?.ranges() ?? [])];
    });
    // Sides may list different addresses, so each listed one stands for itself.
    const set = Intervals.of(listed);
    if (asked.side === 'source') {
      const value = state.source.address?.value;
      if (value !== undefined && set.has(value)) narrowing.splitSources(Intervals.one(value), state);
      else narrowing.splitSources(set, state);
    } else if (set.has(state.destination.value))
      narrowing.splitDestinations(Intervals.one(state.destination.value), state);
    else narrowing.splitDestinations(set, state);
  },
  chance: fixed,
  opaque: fixed,
  unrecognised: fixed,
  lost: fixed,
};

/** Keeps the packets that answer the test as the one that is traced does. */
export function narrowByTest(test: Test, asked: Asked): void {
  // The table's type ties each field to its function; TypeScript cannot follow that through an index.
  const narrower = NARROWERS[test.field] as Narrower<Field>;
  narrower(test, asked);
}

function bySource(set: AddressSet, { state, narrowing }: Asked): void {
  const intervals = addressIntervals(set);
  if (intervals !== null) narrowing.splitSources(intervals, state);
  else if (state.source.address !== null)
    narrowing.splitSources(Intervals.one(state.source.address.value), state);
}

/** The addresses of the same types. */
function alikeInType(
  address: Address,
  { types, limit }: AddressTypes,
  { state, narrowing }: Asked,
): Intervals {
  const { family } = state;
  const device = (limit === 'in' ? state.inInterface : limit === 'out' ? state.outInterface : null) ?? null;
  const question = `addrtype ${types.join(',')} ${device ?? ''}`;
  return narrowing.space.routing.alike(address.value, question, (host, each) =>
    matchesAddressType(host, family, each, types, device),
  );
}

/** The tuples hold what the packet arrived with, or what NAT wrote. */
function byTupleAddress(tuple: TupleSide): (test: { readonly in: AddressSet }, asked: Asked) => void {
  return ({ in: set }, { state, narrowing }) => {
    const { connection } = state;
    if (connection === null) return;
    const { packet } = narrowing;
    const intervals = addressIntervals(set);
    if (tuple === 'origsrc' || tuple === 'repldst') {
      const sender = tuple === 'origsrc' ? connection.originalSource : connection.replyDestination;
      if (packet.source.address === null || sender.address?.value !== packet.source.address.value) return;
      if (intervals === null) narrowing.keepSources(Intervals.one(packet.source.address.value));
      else narrowing.splitSources(intervals, { ...state, source: packet.source });
      return;
    }
    const end = tuple === 'origdst' ? connection.originalDestination : connection.replySource;
    if (end.value !== packet.destination.value) return;
    if (intervals === null) narrowing.keepDestinations(Intervals.one(end.value));
    else narrowing.splitDestinations(intervals, { ...state, destination: packet.destination });
  };
}

const TUPLE_PORTS = {
  origsrc: 'originalSourcePort',
  origdst: 'originalDestinationPort',
  replsrc: 'replySourcePort',
  repldst: 'replyDestinationPort',
} as const satisfies Record<TupleSide, keyof Connection>;

function byTuplePort(tuple: TupleSide): (test: { readonly in: NumberSet }, asked: Asked) => void {
  return ({ in: set }, { state: { connection }, narrowing }) => {
    if (connection === null) return;
    const port = connection[TUPLE_PORTS[tuple]];
    if (tuple === 'origsrc' || tuple === 'repldst') narrowing.splitSourcePorts(portIntervals(set), port);
    else narrowing.splitDestinationPorts(portIntervals(set), port);
  };
}
