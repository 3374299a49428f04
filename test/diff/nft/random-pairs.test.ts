import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareFamily } from '../../../src/diff/compare-family.ts';
import { findDifference, groupWays } from '../../../src/diff/explore/compare-ways.ts';
import { changeOfNative, compareNativeTables } from '../../../src/diff/native.ts';
import { type Box, intersect } from '../../../src/diff/space/box.ts';
import { Cubes } from '../../../src/diff/space/cubes.ts';
import { bits, type Door, type Universe } from '../../../src/diff/space/universe.ts';
import { sideOf, statesOf } from '../../../src/diff/two-sides.ts';
import type { Known } from '../../../src/explain/question/question.ts';
import { parseAddress } from '../../../src/net/address.ts';
import { Intervals } from '../../../src/net/intervals.ts';
import { TCP, UDP } from '../../../src/net/protocol.ts';
import { parseNftables } from '../../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { type Packet, senderOf } from '../../../src/trace/packet.ts';
import { followPacket } from '../../../src/trace/trace-packet.ts';
import { type Random, randomFrom } from '../../attack/random.ts';
import { openCapture } from '../../support/open-capture.ts';
import { edit, type Listing, type Words } from './random-edit.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CAPTURES = [
  join(ROOT, 'fixtures/demo-nftables'),
  join(ROOT, '../shared/captures/1.32-nftables-nft'),
].filter((folder) => existsSync(join(folder, 'nft.json')));

/** Of each capture, one seed each. */
const PAIRS = Number(process.env.KP_NFT_PAIRS ?? 50);
const FIRST = Number(process.env.KP_NFT_SEED ?? 1);
const PACKETS = 80;

const SOURCES = ['10.244.1.13', '10.244.1.11', '192.0.2.10', '172.31.0.250'];
const SENDERS = Intervals.of(SOURCES.map((text): [bigint, bigint] => [numberOf(text), numberOf(text)]));

function numberOf(text: string): bigint {
  return parseAddress(text)?.value ?? 0n;
}

/** Sockets that the listing names, and some that nobody does. */
function socketsOf(listing: Listing): { address: string; protocol: number; port: number }[] {
  const found = new Map<string, { address: string; protocol: number; port: number }>();
  const text = JSON.stringify(listing);
  for (const [, address = '', protocol, port] of text.matchAll(
    /"concat":\["(\d+\.\d+\.\d+\.\d+)","(tcp|udp)",(\d+)\]/g,
  ))
    found.set(`${address} ${protocol} ${port}`, {
      address,
      protocol: protocol === 'tcp' ? TCP : UDP,
      port: Number(port),
    });
  for (const [, port] of text.matchAll(/"concat":\["tcp",(\d+)\]/g))
    found.set(`node ${port}`, { address: '192.168.100.11', protocol: TCP, port: Number(port) });
  for (const address of [
    '10.244.1.11',
    '10.244.2.11',
    '198.51.100.250',
    '10.96.10.1',
    '10.96.200.1',
    '192.168.100.11',
  ])
    for (const port of [80, 8080]) found.set(`${address} ${port}`, { address, protocol: TCP, port });
  return [...found.values()];
}

function packetFrom(
  pick: Random,
  sockets: ReturnType<typeof socketsOf>,
  universe: Universe,
  fromNode: boolean,
): { packet: Packet; box: Box } {
  const { address, protocol, port } = sockets[pick(sockets.length)] ?? {
    address: '10.96.10.1',
    protocol: TCP,
    port: 80,
  };
  const doors = universe.doors.filter((each) =>
    fromNode ? each.kind === 'node' && !each.bound : each.kind === 'in',
  );
  const door: Door | undefined = doors[pick(doors.length)];
  const source = SOURCES[pick(SOURCES.length)] ?? '';
  const mark = pick(4) === 0 ? 0x4000 : 0;
  const state = pick(6) === 0 ? 'ESTABLISHED' : 'NEW';
  const flags = state === 'NEW' ? 2 : 16;
  return {
    packet: {
      ...{
        family: 'ipv4',
        protocol,
        source: fromNode
          ? { address: null, within: [], outside: [], local: true }
          : senderOf({ family: 'ipv4', value: numberOf(source) }),
        sourcePort: 40000,
      },
      ...{
        destination: { family: 'ipv4', value: numberOf(address) },
        destinationIsLocal: false,
        destinationPort: port,
      },
      ...{ icmp: null, entersAt: fromNode ? 'OUTPUT' : 'PREROUTING', mark, state },
      inInterface: door?.kind === 'in' ? door.device : null,
      ...(protocol === TCP ? { header: { tcpFlags: flags } } : {}),
    },
    box: {
      destination: Intervals.one(numberOf(address)),
      protocols: bits(universe.protocols, (each) => each === protocol),
      destinationPort: Intervals.one(BigInt(port)),
      doors: bits(universe.doors, (each) => each === door),
      states: bits(universe.states, (each) => each === state),
      source: Intervals.one(numberOf(source)),
      sourcePort: Intervals.one(40000n),
      marks: Cubes.one(mark),
      icmp: Intervals.one(0x800n),
      tcpFlags: Cubes.one(flags),
    },
  };
}

function withListing(known: Known, listing: Listing): Known {
  const nft = parseNftables(Buffer.from(JSON.stringify(listing)), 'nft.json', new ProblemList());
  return Object.create(known, { nft: { value: nft } }) as Known;
}

/** @returns packets of which diff and a trace on both sides do not say the same, and how many differ */
function disagreements(known: Known, text: string, seed: number): { wrong: string[]; differing: number } {
  const pick = randomFrom(seed * 7919);
  const fromNode = seed % 3 === 0;
  const [before, after]: [Listing, Listing] = [JSON.parse(text), JSON.parse(text)];
  const sockets = socketsOf(before);
  const words: Words = {
    addresses: [...new Set([...SOURCES, ...sockets.map(({ address }) => address)])],
    ports: [80, 8080, 53],
  };
  const done = edit(pick(2) === 0 ? before : after, pick, words);
  const sides = [withListing(known, before), withListing(known, after)] as const;
  const states = statesOf(...sides, false);
  const native = changeOfNative(states, 'ipv4', compareNativeTables(...sides));
  const { exploration, space } = compareFamily(states, 'ipv4', {
    budget: 500,
    senders: fromNode ? { kind: 'node' } : { kind: 'in', addresses: SENDERS },
    native,
  });
  const [one, two] = [sideOf(states[0], 'ipv4'), sideOf(states[1], 'ipv4')];
  const wrong: string[] = [];
  let differing = 0;
  for (let count = 0; count < PACKETS; count++) {
    const { packet, box } = packetFrom(pick, sockets, space.universe, fromNode);
    const own = groupWays(followPacket(packet, one.world(packet.entersAt)), one.nameQuestion);
    const other = groupWays(followPacket(packet, two.world(packet.entersAt)), two.nameQuestion);
    const differs = findDifference(own, other) !== null;
    if (differs) differing++;
    const held = exploration.classes.filter((each) => intersect(each.box, box) !== null).length;
    if (held === (differs ? 1 : 0)) continue;
    // What the budget did not reach is left open, and said so.
    if (differs && exploration.unexplored.some((each) => intersect(each, box) !== null)) continue;
    wrong.push(
      `${done.join('; ')}\n  ${held} classes hold a packet that ${differs ? 'differs' : 'does not differ'}: ${JSON.stringify(packet, (_, value) => (typeof value === 'bigint' ? value.toString(16) : value))}`,
    );
  }
  return { wrong, differing };
}

describe('Random edits of native tables: does diff find what each packet does otherwise?', () => {
  it.each(CAPTURES)(
    '%s',
    async (folder) => {
      const { known } = await openCapture(folder);
      const text = readFileSync(join(folder, 'nft.json'), 'utf8');
      let differing = 0;
      for (let seed = FIRST; seed < FIRST + PAIRS; seed++) {
        const found = disagreements(known, text, seed);
        expect(found.wrong.slice(0, 3), `seed ${seed}`).toEqual([]);
        differing += found.differing;
      }
      // Edits that change nothing would prove nothing.
      expect(differing).toBeGreaterThan(PAIRS);
    },
    600_000,
  );
});
