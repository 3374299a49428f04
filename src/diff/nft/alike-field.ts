import { dictionary } from '../../lookup/dictionary.ts';
import { sameAddress } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { hasPorts, ICMP, ICMPV6, parseProtocol, TCP } from '../../net/protocol.ts';
import type { Field } from '../../nftables/expression.ts';
import { test } from '../../rules/test.ts';
import type { NumberSet } from '../../rules/value-set.ts';
import type { NftContext } from '../../trace/nft/context.ts';
import { fibType } from '../../trace/nft/read-fib.ts';
import { isExact } from '../../trace/nft/values.ts';
import { type PacketState, shownConnection } from '../../trace/state.ts';
import type { KeptPackets } from '../explore/kept-packets.ts';
import { keepAlike } from '../fields/field-table.ts';
import type { Door } from '../space/universe.ts';
import { addressesOf, type Compared, holdsFor, shortsOf } from './compared.ts';

/** A comparison of a field, as the packet was when it was made. */
export interface Comparison {
  readonly compared: Compared;
  readonly at: NftContext;
  readonly narrowing: KeptPackets;
}

type FieldOf<K extends Field['kind']> = Extract<Field, { kind: K }>;

/** How packets are kept that answer a comparison alike: one line for each kind of field (see the readers in `trace/nft`). */
const ALIKE: { readonly [K in Field['kind']]: (field: FieldOf<K>, comparison: Comparison) => void } = {
  meta: alikeInMeta,
  ct: alikeInConnection,
  payload: alikeInHeader,
  'raw-payload': alikeInBits,
  fib: alikeInFib,
  rt: alikeInRoute,
  // Not told by any capture, for whatever packet.
  socket: () => undefined,
  osf: () => undefined,
  ipsec: () => undefined,
  'header-option': ({ of }, { narrowing }) => {
    if (of === 'tcp option') narrowing.splitProtocols((protocol) => protocol === TCP);
  },
};

/** Keeps the packets of which a comparison of the field says the same as of the one that is traced. */
export function alikeInField(field: Field, comparison: Comparison): void {
  const alike = ALIKE[field.kind] as (field: Field, comparison: Comparison) => void;
  alike(field, comparison);
}

function alikeInMeta({ key }: FieldOf<'meta'>, { compared, at: { state }, narrowing }: Comparison): void {
  switch (key) {
    case 'l4proto':
      narrowing.splitProtocols((protocol) => holdsFor(compared, BigInt(protocol)));
      return;
    case 'mark':
      for (const set of bitSets(compared)) narrowing.askedMark(state.mark, set);
      return;
    case 'iif':
    case 'iifname':
      keepDevices(compared, narrowing);
      return;
    case 'iifgroup':
    case 'iifkind':
    case 'iiftype':
    case 'ibrname':
    case 'skuid':
    case 'skgid':
    case 'cgroup':
      narrowing.keepDoor();
      return;
    default:
    // Of all packets of a class alike, or told by no capture.
  }
}

/** A process's packet that comes back in through lo does so whatever the process is bound to. */
function keepDevices(compared: Compared, narrowing: KeptPackets): void {
  if (compared.kind !== 'patterns') {
    narrowing.keepDoor();
    return;
  }
  const fits = (door: Door): boolean | null =>
    door.kind === 'node' || door.device === undefined ? null : holdsFor(compared, door.device);
  const own = fits(narrowing.door);
  narrowing.keepDoors((door) => fits(door) === own && door.kind === narrowing.door.kind);
}

/** Each mark by its bits: whichever bit tells them apart is enough. */
function* bitSets(compared: Compared): Generator<NumberSet> {
  if (compared.kind === 'masked')
    yield { kind: 'masked', value: Number(compared.value), mask: Number(compared.mask & 0xffffffffn) };
  else if (compared.kind === 'any-bit') yield { kind: 'any-bit', bits: Number(compared.bits & 0xffffffffn) };
  else
    for (const pattern of compared.patterns) {
      if (pattern.kind !== 'range') continue;
      if (isExact(pattern)) yield { kind: 'masked', value: Number(pattern.from), mask: 0xffffffff };
      else yield { kind: 'ranges', ranges: [{ from: Number(pattern.from), to: Number(pattern.to) }] };
    }
}

function alikeInConnection({ key, direction }: FieldOf<'ct'>, comparison: Comparison): void {
  const { compared, at, narrowing } = comparison;
  const { state } = at;
  const asked = { state, narrowing };
  const connection = shownConnection(state);
  // Without a connection INVALID and UNTRACKED are told apart; states are classes of their own otherwise.
  narrowing.keepStates((each) => each === narrowing.packet.state);
  if (connection === null) return;
  const way = direction ?? (connection.direction === 'REPLY' ? 'reply' : 'original');
  switch (key) {
    case 'mark':
      for (const set of bitSets(compared)) narrowing.askedMark(connection.mark, set);
      return;
    case 'protocol':
      narrowing.keepProtocols((each) => each === narrowing.packet.protocol);
      return;
    case 'proto-src':
    case 'proto-dst': {
      const bounds = [...shortsOf(compared).ranges()];
      const ranges = bounds.map(([from, to]) => ({ from: Number(from), to: Number(to) }));
      const end = key === 'proto-src' ? 'sport' : 'dport';
      keepAlike(test(`ct.${way}.${end}`, { kind: 'ranges', ranges }), asked);
      return;
    }
    case 'saddr':
    case 'daddr':
    case 'ip saddr':
    case 'ip daddr':
    case 'ip6 saddr':
    case 'ip6 daddr': {
      const end = key.endsWith('saddr') ? 'saddr' : 'daddr';
      const set = addressesOf(compared, state.family);
      if (set !== null) keepAlike(test(`ct.${way}.${end}`, { kind: 'ranges', ranges: rangesOf(set) }), asked);
      else {
        keepAddress('source', null, comparison);
        keepAddress('destination', null, comparison);
      }
      return;
    }
    default:
    // The same for packets of one state, or told by no capture.
  }
}

function rangesOf(set: Intervals): { from: bigint; to: bigint }[] {
  return [...set.ranges()].map(([from, to]) => ({ from, to }));
}

/** The protocols that a header's name asks for (see `readPayload`). */
const NAMED: ReadonlySet<string> = new Set(['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6']);

function alikeInHeader({ protocol, field }: FieldOf<'payload'>, comparison: Comparison): void {
  const { narrowing } = comparison;
  if (protocol === 'ip' || protocol === 'ip6') {
    if ((protocol === 'ip') === (comparison.at.state.family === 'ipv4')) alikeInIp(field, comparison);
    return;
  }
  if (protocol === 'ether' || protocol === 'vlan') {
    narrowing.keepDoor();
    return;
  }
  if (NAMED.has(protocol)) {
    const number = parseProtocol(protocol);
    narrowing.splitProtocols((each) => each === number);
    if (narrowing.packet.protocol === number) alikeInTransport(field, comparison);
  } else if (protocol === 'th') alikeInTransport(field, comparison);
}

function alikeInIp(field: string, comparison: Comparison): void {
  const { compared, narrowing } = comparison;
  const { family } = comparison.at.state;
  if (field === 'saddr') keepAddress('source', addressesOf(compared, family), comparison);
  else if (field === 'daddr') keepAddress('destination', addressesOf(compared, family), comparison);
  else if (field === 'protocol' || field === 'nexthdr')
    narrowing.splitProtocols((protocol) => holdsFor(compared, BigInt(protocol)));
}

/** @param set null: this very address */
function keepAddress(
  end: 'source' | 'destination',
  set: Intervals | null,
  { at: { state }, narrowing }: Comparison,
): void {
  const address = end === 'source' ? state.source.address : state.destination;
  if (address === null) return;
  const kept = set ?? Intervals.one(address.value);
  if (end === 'source') narrowing.splitSources(kept, state);
  else narrowing.splitDestinations(kept, state);
}

function alikeInTransport(field: string, { compared, at: { state }, narrowing }: Comparison): void {
  const { protocol } = narrowing.packet;
  switch (field) {
    case 'sport':
    case 'dport':
      // Whatever stands there, of a packet without ports.
      narrowing.splitProtocols(hasPorts);
      if (field === 'sport') narrowing.splitSourcePorts(shortsOf(compared), state.sourcePort);
      else narrowing.splitDestinationPorts(shortsOf(compared), state.destinationPort);
      return;
    case 'flags':
      narrowing.splitProtocols((each) => each === TCP);
      if (protocol === TCP) narrowing.keepTcpFlags(flagBits(compared));
      return;
    case 'type':
    case 'code':
      if (protocol !== ICMP && protocol !== ICMPV6) return;
      narrowing.keepProtocols((each) => each === protocol);
      narrowing.splitIcmp(field === 'type' ? typesOf(compared) : codesOf(compared));
      return;
    default:
  }
}

function flagBits(compared: Compared): number {
  if (compared.kind === 'masked') return Number(compared.mask & 0xffn);
  if (compared.kind === 'any-bit') return Number(compared.bits & 0xffn);
  return compared.patterns.length === 0 ? 0 : 0xff;
}

/** ICMP types as {@link Box.icmp} has them, of every code. */
function typesOf(compared: Compared): Intervals {
  return Intervals.of(
    [...shortsOf(compared).ranges()].map(([from, to]): [bigint, bigint] => [from << 8n, (to << 8n) | 0xffn]),
  );
}

/** Codes of every type. */
function codesOf(compared: Compared): Intervals {
  const codes = [...shortsOf(compared).ranges()].filter(([from]) => from <= 0xffn);
  return Intervals.of(
    Array.from({ length: 256 }, (_, type) => BigInt(type << 8)).flatMap((type) =>
      codes.map(([from, to]): [bigint, bigint] => [type | from, type | (to > 0xffn ? 0xffn : to)]),
    ),
  );
}

/** Bits by their place: what lies there is read exactly, and bits that are no field are told by no capture. */
function alikeInBits({ base, offset, length }: FieldOf<'raw-payload'>, comparison: Comparison): void {
  const { narrowing } = comparison;
  const { family } = comparison.at.state;
  if (base === 'nh') {
    const field = HEADER[`${family} ${offset} ${length}`];
    if (field !== undefined) alikeInIp(field, comparison);
  } else if (base === 'th') {
    narrowing.keepProtocols((each) => each === narrowing.packet.protocol);
    const { protocol } = narrowing.packet;
    const icmp = protocol === ICMP || protocol === ICMPV6;
    const key = `${offset} ${length}`;
    if (key === '0 16') alikeInTransport('sport', comparison);
    else if (key === '16 16') alikeInTransport('dport', comparison);
    else if (key === '104 8' && protocol === TCP) alikeInTransport('flags', comparison);
    else if (key === '0 8' && icmp) alikeInTransport('type', comparison);
    else if (key === '8 8' && icmp) alikeInTransport('code', comparison);
  }
}

/** See `readRaw`. */
const HEADER = dictionary<string>({
  'ipv4 96 32': 'saddr',
  'ipv4 128 32': 'daddr',
  'ipv4 72 8': 'protocol',
  'ipv6 64 128': 'saddr',
  'ipv6 192 128': 'daddr',
  'ipv6 48 8': 'protocol',
});

function alikeInFib({ result, flags }: FieldOf<'fib'>, { at: { state }, narrowing }: Comparison): void {
  if (result === 'type') {
    alikeInType(flags, state, narrowing);
    return;
  }
  // Of :: nft asks what is not known here (see `reversePath`).
  if (state.family === 'ipv6') narrowing.splitSources(Intervals.one(0n), state);
  const validmark = flags.includes('mark');
  keepAlike(test('fib.saddr.oif', { loose: false, validmark, acceptLocal: false }), { state, narrowing });
}

/** Keeps the packets whose address is of the same type. What NAT wrote is one address for all packets of the class. */
function alikeInType(flags: readonly string[], state: PacketState, narrowing: KeptPackets): void {
  const ofSource = flags.includes('saddr');
  const isIn = flags.includes('iif');
  if (isIn) narrowing.keepDoor();
  const device = isIn ? state.inInterface : flags.includes('oif') ? state.outInterface : null;
  const [seen, own] = ofSource
    ? [state.source.address, narrowing.packet.source.address]
    : [state.destination, narrowing.packet.destination];
  if (seen === null || own === null || !sameAddress(seen, own)) return;
  const alike = narrowing.space.routing.alike(own.value, `fib type ${device ?? ''}`, (host, each) =>
    String(fibType(host, each, device ?? null)),
  );
  if (ofSource) narrowing.keepSources(alike);
  else narrowing.keepDestinations(alike);
}

/** The next hop is the destination itself where no gateway stands between. */
function alikeInRoute({ key }: FieldOf<'rt'>, comparison: Comparison): void {
  if (key !== 'nexthop') return;
  keepAddress('destination', addressesOf(comparison.compared, comparison.at.state.family), comparison);
}
