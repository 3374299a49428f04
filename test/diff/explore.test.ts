import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDifference, groupWays } from '../../src/diff/explore/compare-ways.ts';
import { type Exploration, explore } from '../../src/diff/explore/explore.ts';
import { type Box, intersect } from '../../src/diff/space/box.ts';
import { Intervals } from '../../src/diff/space/intervals.ts';
import { Space } from '../../src/diff/space/space.ts';
import { bits, everything, makeUniverse, type Universe } from '../../src/diff/space/universe.ts';
import { parseAddress } from '../../src/net/address.ts';
import { ICMP, TCP, UDP } from '../../src/net/protocol.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { senderOf } from '../../src/trace/packet.ts';
import { followPacket } from '../../src/trace/trace-packet.ts';
import type { World } from '../../src/trace/world.ts';
import { packetOf, worldOf } from '../trace/ask.ts';
import { nodeOf } from '../trace/node.ts';
import { pairOfRules, SETS, type SmallRules, saveOf, VALUES } from './small-rules.ts';

const host = nodeOf({ ipsets: SETS });
const DOORS = [
  { kind: 'in', device: 'eth0' },
  { kind: 'in', device: 'cni0' },
  { kind: 'node', source: null },
] as const;

const universe = makeUniverse('ipv4', {
  doors: DOORS,
  states: new Set(['ESTABLISHED']),
  marks: new Set([0x4000]),
  protocols: new Set(),
  icmp: [],
});
const EXAMPLES = { sources: () => [], destinations: [] };

function compare(pair: readonly [SmallRules, SmallRules]): Exploration & { worlds: [World, World] } {
  const question = { host };
  const worlds = pair.map((side) => worldOf(saveOf(side), packetOf(question), question));
  const [before, after] = worlds;
  if (before === undefined || after === undefined) throw new Error('two sides');
  const space = new Space(universe, [host, host]);
  const sides = [before, after].map((world) => ({ world: () => world, nameQuestion: (key: string) => key }));
  const [one, other] = sides;
  if (one === undefined || other === undefined) throw new Error('two sides');
  const found = explore([everything(universe)], space, [one, other], EXAMPLES, 20_000);
  return { ...found, worlds: [before, after] };
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
              for (const state of of.states) {
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
                };
                const box: Box = {
                  destination: Intervals.one(numberOf(to)),
                  protocols: bits(of.protocols, (each) => each === protocol),
                  destinationPort: port === null ? Intervals.one(1n) : Intervals.one(BigInt(port)),
                  doors: bits(of.doors, (each) => each === door),
                  states: bits(of.states, (each) => each === state),
                  source: Intervals.one(numberOf(from)),
                  sourcePort: Intervals.one(40000n),
                  marks: bits(of.marks, (each) => each === mark),
                  icmp: 1,
                };
                yield { packet, box };
              }
}

function differs(packet: Packet, [before, after]: readonly [World, World]): boolean {
  const groups = [before, after].map((world) => groupWays(followPacket(packet, world), (key) => key));
  return findDifference(groups[0] ?? [], groups[1] ?? []) !== null;
}

describe('Are the classes that differ exactly those that differ packet by packet?', () => {
  it('on 500 pairs of small rule sets, every packet of the small world', () => {
    let differing = 0;
    fc.assert(
      fc.property(pairOfRules, (pair) => {
        const { classes, unexplored, worlds } = compare(pair);
        if (unexplored.length > 0) throw new Error(`unexplored\n${saveOf(pair[0])}\n${saveOf(pair[1])}`);
        for (const { packet, box } of allPackets(universe)) {
          const own = differs(packet, worlds);
          const holding = classes.filter((each) => intersect(each.box, box) !== null);
          if (own) differing++;
          if (holding.length !== (own ? 1 : 0))
            throw new Error(
              `${holding.length} classes hold ${JSON.stringify(packet, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}; it differs: ${own}\n${saveOf(pair[0])}\n${saveOf(pair[1])}`,
            );
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 500), seed: 6, endOnFailure: true },
    );
    expect(differing).toBeGreaterThan(10_000);
  }, 300_000);
});
