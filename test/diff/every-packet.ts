import { compareFamily } from '../../src/diff/compare-family.ts';
import { findDifference, groupWays } from '../../src/diff/explore/compare-ways.ts';
import { type Exploration, explore, type Side } from '../../src/diff/explore/explore.ts';
import { type Box, intersect } from '../../src/diff/space/box.ts';
import { Cubes } from '../../src/diff/space/cubes.ts';
import { Space } from '../../src/diff/space/space.ts';
import { bits, type Door, everything, makeUniverse, type Universe } from '../../src/diff/space/universe.ts';
import { type State, sideOf, stateOf } from '../../src/diff/two-sides.ts';
import type { RuleList } from '../../src/iptables/ruleset.ts';
import { UNKNOWN_CLUSTER } from '../../src/kubernetes/objects.ts';
import { parseAddress } from '../../src/net/address.ts';
import { Intervals } from '../../src/net/intervals.ts';
import { ICMP, TCP, UDP } from '../../src/net/protocol.ts';
import { AddressBook } from '../../src/proxy/addresses.ts';
import type { Observer } from '../../src/trace/observer.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { senderOf } from '../../src/trace/packet.ts';
import { followPacket } from '../../src/trace/trace-packet.ts';
import type { World } from '../../src/trace/world.ts';
import { packetOf, worldOf } from '../trace/ask.ts';
import { nodeOf } from '../trace/node.ts';
import { SETS, type SmallRules, saveOf, VALUES } from './small-rules.ts';

const host = nodeOf({ ipsets: SETS });
const DOORS: readonly Door[] = [
  { kind: 'in', device: 'eth0' },
  { kind: 'in', device: 'cni0' },
  { kind: 'node', bound: false },
];
const STATES = ['NEW', 'ESTABLISHED'] as const;
const SMALL = makeUniverse('ipv4', {
  doors: DOORS,
  protocols: new Set(),
});

/** The classes found, and the universe they are of. */
interface Found {
  readonly exploration: Exploration;
  readonly universe: Universe;
}

/** Every packet there can be, whatever the rules have in common. */
export function exploreAll([before, after]: readonly [World, World]): Found {
  const exploration = explore(
    [everything(SMALL)],
    new Space(SMALL, [host, host]),
    [sideOf(stateFrom(before), 'ipv4'), sideOf(stateFrom(after), 'ipv4')],
    { sources: () => [], destinations: [] },
    20_000,
  );
  return { exploration, universe: SMALL };
}

/** Only the packets that a comparison of the rules leaves open. */
export function compareRules([before, after]: readonly [World, World]): Found {
  const states = [stateFrom(before), stateFrom(after)] as const;
  const { exploration, space } = compareFamily(states, 'ipv4', {
    budget: 20_000,
    senders: null,
    native: 'alike',
  });
  return { exploration, universe: space.universe };
}

function stateFrom({ rulesets, host: own }: World): State {
  return stateOf({
    ...{ rulesets, host: own, cluster: UNKNOWN_CLUSTER, book: new AddressBook(UNKNOWN_CLUSTER) },
    ...{ proxyMode: 'iptables', flows: null, node: null },
  });
}

function worldsOf(pair: readonly [SmallRules, SmallRules]): [World, World] {
  const [before, after] = pair.map((side) => worldOf(saveOf(side), packetOf({ host }), { host }));
  if (before === undefined || after === undefined) throw new Error('two sides');
  return [before, after];
}

function numberOf(text: string): bigint {
  return parseAddress(text)?.value ?? 0n;
}

/** Every packet of the small world, and the box that holds it alone. */
function* allPackets(of: Universe): Generator<{ packet: Packet; box: Box }> {
  for (const to of VALUES.destinations)
    for (const protocol of [TCP, UDP, ICMP])
      for (const port of protocol === ICMP ? [null] : VALUES.ports)
        for (const door of DOORS)
          for (const from of door.kind === 'in' ? VALUES.sources : ['0.0.0.0'])
            for (const mark of VALUES.marks)
              for (const state of STATES) {
                const inside = door.kind === 'in';
                const packet: Packet = {
                  family: 'ipv4',
                  protocol,
                  source: inside
                    ? senderOf({ family: 'ipv4', value: numberOf(from) })
                    : { address: null, within: [], outside: [], local: true },
                  sourcePort: protocol === ICMP ? null : 40000,
                  destination: { family: 'ipv4', value: numberOf(to) },
                  destinationIsLocal: false,
                  destinationPort: port,
                  icmp: protocol === ICMP ? { type: 8, code: 0 } : null,
                  entersAt: inside ? 'PREROUTING' : 'OUTPUT',
                  inInterface: inside ? door.device : null,
                  mark,
                  state,
                  ...(protocol === TCP ? { header: { tcpFlags: state === 'NEW' ? 2 : 16 } } : {}),
                };
                const box: Box = {
                  destination: Intervals.one(numberOf(to)),
                  protocols: bits(of.protocols, (each) => each === protocol),
                  destinationPort: port === null ? Intervals.one(1n) : Intervals.one(BigInt(port)),
                  doors: bits(of.doors, (each) => sameDoor(each, door)),
                  states: bits(of.states, (each) => each === state),
                  source: Intervals.one(numberOf(from)),
                  sourcePort: Intervals.one(40000n),
                  marks: Cubes.one(mark),
                  icmp: Intervals.one(0x800n),
                  tcpFlags: Cubes.one(state === 'NEW' ? 2 : 16),
                };
                yield { packet, box };
              }
}

function sameDoor(a: Door, b: Door): boolean {
  if (a.kind === 'node') return b.kind === 'node' && !a.bound;
  if (b.kind === 'node') return false;
  return a.device === b.device;
}

/** A walk is decided by the packet and by the chains it enters: where none of them differs, the other side's is the same. */
function differs(
  packet: Packet,
  [before, after]: readonly [Side, Side],
  changed: ReadonlySet<RuleList>,
): boolean {
  if (changed.size === 0) return false;
  // An empty built-in chain is passed by without being entered.
  let met = [...changed].some(({ length }) => length === 0);
  const observer: Observer = {
    entered: (rules) => {
      met ||= changed.has(rules);
    },
    asked: () => undefined,
  };
  const own = followPacket(packet, before.world(packet.entersAt), { observer });
  if (!met) return false;
  const other = followPacket(packet, after.world(packet.entersAt));
  return findDifference(groupWays(own, before.nameQuestion), groupWays(other, after.nameQuestion)) !== null;
}

/**
 * Traces every packet of a small world on both sides, whatever their rules and nodes have in common.
 * @returns the first that differs; null where none does.
 */
export function findDiffering(worlds: readonly [World, World]): Packet | null {
  const [before, after] = [sideOf(stateFrom(worlds[0]), 'ipv4'), sideOf(stateFrom(worlds[1]), 'ipv4')];
  for (const { packet } of allPackets(SMALL)) {
    const own = groupWays(followPacket(packet, before.world(packet.entersAt)), before.nameQuestion);
    const other = groupWays(followPacket(packet, after.world(packet.entersAt)), after.nameQuestion);
    if (findDifference(own, other) !== null) return packet;
  }
  return null;
}

/** @returns the chains of the first side whose rules the second does not have word for word. */
function changedChains([before, after]: readonly [World, World]): Set<RuleList> {
  const textOf = (rules: RuleList | undefined): string =>
    Array.from({ length: rules?.length ?? 0 }, (_, at) => rules?.text(at)).join('\n');
  const changed = new Set<RuleList>();
  for (const [at, { tables }] of before.rulesets.entries())
    for (const [name, { chains }] of tables)
      for (const { name: chain, rules } of chains.values())
        if (textOf(rules) !== textOf(after.rulesets[at]?.tables.get(name)?.chains.get(chain)?.rules))
          changed.add(rules);
  return changed;
}

/**
 * Traces every packet of a small world on both sides. Throws where a packet that differs is in no class or in two, or one that does not is in one.
 * @returns how many packets differ
 */
export function check(
  pair: readonly [SmallRules, SmallRules],
  find: (worlds: readonly [World, World]) => Found,
): number {
  const worlds = worldsOf(pair);
  const { exploration, universe } = find(worlds);
  const sides = [sideOf(stateFrom(worlds[0]), 'ipv4'), sideOf(stateFrom(worlds[1]), 'ipv4')] as const;
  const shown = `${saveOf(pair[0])}\n${saveOf(pair[1])}`;
  if (exploration.unexplored.length > 0) throw new Error(`not all explored\n${shown}`);
  const changed = changedChains(worlds);
  let differing = 0;
  for (const { packet, box } of allPackets(universe)) {
    const own = differs(packet, sides, changed);
    const holding = exploration.classes.filter((each) => intersect(each.box, box) !== null).length;
    if (own) differing++;
    if (holding === (own ? 1 : 0)) continue;
    const text = JSON.stringify(packet, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
    throw new Error(`${holding} classes hold ${text}; it differs: ${own}\n${shown}`);
  }
  return differing;
}
