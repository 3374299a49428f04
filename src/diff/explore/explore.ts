import { assumptionNote } from '../../explain/words/assumption-words.ts';
import { ICMP, ICMPV6, TCP } from '../../net/protocol.ts';
import type { Branch } from '../../trace/branch.ts';
import type { GivenNode } from '../../trace/given.ts';
import type { Packet } from '../../trace/packet.ts';
import { flat, type Given, type Question } from '../../trace/question.ts';
import type { Assumption, Reason } from '../../trace/reason.ts';
import { followPacket, type Ways } from '../../trace/trace-packet.ts';
import type { World } from '../../trace/world.ts';
import { type Box, subtract } from '../space/box.ts';
import type { Space } from '../space/space.ts';
import { bits } from '../space/universe.ts';
import { choosePacket, type Examples } from './choose-packet.ts';
import { findDifference, groupWays, type NameQuestion } from './compare-ways.ts';
import { type Fate, Fates } from './fate.ts';
import { Narrowing } from './narrow.ts';
import { type Retracked, retrackingOf } from './retracked.ts';
import { type Order, Worklist } from './worklist.ts';

/** One side of the comparison, as the trace needs it. */
export interface Side {
  /** The rules differ where a listing is completed: what is supposed depends on where the packet enters. */
  world(entersAt: Packet['entersAt']): World;
  readonly nameQuestion: NameQuestion;
}

/** A class of packets that the two sides do not treat alike. */
export interface DifferingClass {
  /** All packets of the class. */
  readonly box: Box;
  /** The packet that was traced for it. */
  readonly packet: Packet;
  readonly before: Fate;
  readonly after: Fate;
  /** Rules and policies of watched chains that some way of the packet passed, on either side. See {@link placeOf}. */
  readonly passed: ReadonlySet<string>;
}

/** @returns a rule or a policy of a chain as one text, the same on both sides. */
export function placeOf(table: string, chain: string, rule: string | null): string {
  return `${table} ${chain} ${rule ?? ''}`;
}

/** What was found. */
export interface Exploration {
  readonly classes: readonly DifferingClass[];
  /** How many classes were traced, each on both sides. */
  readonly traced: number;
  /** Packets that no trace stands for, because the budget was used up. */
  readonly unexplored: readonly Box[];
  /** Why packets that fare alike were not followed to their end. */
  readonly open: ReadonlyMap<string, OpenEnd>;
  /** What no capture tells, though both sides ask the same: the proof rests on it. */
  readonly unknowns: ReadonlyMap<string, Given>;
  /** What both sides take for granted, or no capture settles: the proof rests on it, too. */
  readonly granted: ReadonlyMap<string, Assumption>;
  /** What one side alone takes for granted of packets that else fare alike: so nothing is proved of them. */
  readonly assumed: ReadonlyMap<string, Assumption>;
  /** Packets that conntrack is told to treat otherwise on one side: of what answers them nothing is proved. */
  readonly retracked: readonly Retracked[];
}

/** Why ways could not be followed to their end, and of how many classes. */
export interface OpenEnd {
  readonly reason: Reason;
  readonly classes: number;
}

/**
 * Cuts a set of packets into classes that both sides treat alike, and traces one packet of each class on both sides.
 *
 * A packet is traced while every question asked of it is noted; the packets that would have got the same answers are
 * its class, and the rest of the box is cut into boxes that are explored in turn. So only what rules ask on the way of a
 * packet cuts its class, and no product of all that occurs is ever formed.
 * @param boxes disjoint.
 * @param budget how many classes may be traced.
 * @param watched names of the chains of which it is told whether packets that differ pass them.
 */
export function explore(
  boxes: readonly Box[],
  space: Space,
  sides: readonly [Side, Side],
  examples: Examples,
  budget: number,
  watched: ReadonlySet<string> = new Set(),
  order: Order = 'depth',
): Exploration {
  const classes: DifferingClass[] = [];
  const fates = new Fates();
  const unknowns = new Map<string, Given>();
  const granted = new Map<string, Assumption>();
  const assumed = new Map<string, Assumption>();
  const open = new Map<string, OpenEnd>();
  const retracked = new Map<string, Retracked>();
  const work = new Worklist(boxes, order);
  let traced = 0;
  const unexplored: Box[] = [];
  for (let box = work.take(); box !== undefined; box = work.take()) {
    const chosen = choosePacket(box, space, examples);
    if ('none' in chosen) {
      work.add(subtract(box, chosen.none));
      continue;
    }
    if (traced >= budget) {
      unexplored.push(box, ...work.rest());
      break;
    }
    traced++;
    const { packet } = chosen;
    const narrowing = new Narrowing(space, packet, chosen.door, chosen.box);
    const ways = sides.map((side) =>
      followPacket(packet, side.world(packet.entersAt), { observer: narrowing }),
    );
    narrowing.ended(ways.map((each) => each.endings.map(({ branch }) => branch)));
    for (const each of ways) noteUnknowns(each, unknowns);
    const named = ways.map((each, at) => ({
      ways: each,
      nameQuestion: sides[at]?.nameQuestion ?? (({ key }) => key),
    }));
    const [before, after] = named.map((each) => groupWays(each.ways, each.nameQuestion));
    noteRetracked(retrackingOf(packet, named), retracked);
    const difference = findDifference(before ?? [], after ?? []);
    const cell = narrowing.box;
    if (difference !== null)
      classes.push({
        box: cell,
        packet,
        before: fates.of(difference.before),
        after: fates.of(difference.after),
        passed: placesOf(ways, watched),
      });
    else {
      for (const each of ways) noteOpen(each, open);
      noteAssumed(ways, granted, assumed);
    }
    work.add(leftovers(box, cell, space));
  }
  return {
    classes,
    traced,
    unexplored,
    open,
    unknowns,
    granted,
    assumed,
    retracked: [...retracked.values()],
  };
}

function placesOf(sides: readonly Ways[], watched: ReadonlySet<string>): Set<string> {
  const places = new Set<string>();
  const seen = new Set<Branch['path']>();
  for (const { endings } of sides)
    for (const { branch } of endings)
      for (let node = branch.path; node !== null && !seen.has(node); node = node.before) {
        seen.add(node);
        const { table, chain, rule } = node.entry.step;
        if (watched.has(chain)) places.add(placeOf(table, chain, rule?.text ?? null));
      }
  return places;
}

/** TCP flags and ICMP types mean nothing to other protocols: of those the class holds them whatever the field says. */
function leftovers(box: Box, cell: Box, { universe: { protocols } }: Space): Box[] {
  const tcp = bits(protocols, (each) => each === TCP);
  const icmp = bits(protocols, (each) => each === ICMP || each === ICMPV6);
  return subtract(box, cell).flatMap((left) => {
    const only = left.icmp.and(cell.icmp).isEmpty
      ? icmp
      : left.tcpFlags.and(cell.tcpFlags).isEmpty
        ? tcp
        : left.protocols;
    const kept = left.protocols & only;
    return kept === 0n ? [] : [{ ...left, protocols: kept }];
  });
}

/** What neither side's trace could follow to its end: behind that point the sides may differ. */
function noteOpen({ endings }: Ways, open: Map<string, OpenEnd>): void {
  for (const { verdict, reason } of endings) {
    if (verdict !== 'unknown' || reason === null) continue;
    const key = flat(reason);
    open.set(key, { reason, classes: (open.get(key)?.classes ?? 0) + 1 });
  }
}

function noteRetracked(found: Pick<Retracked, 'rule'> | null, retracked: Map<string, Retracked>): void {
  if (found === null) return;
  const { rule } = found;
  const key = rule === null ? '' : `${rule.chain} ${rule.text}`;
  const known = retracked.get(key);
  retracked.set(key, { rule: known?.rule ?? rule, classes: (known?.classes ?? 0) + 1 });
}

function noteAssumed(
  ways: readonly Ways[],
  shared: Map<string, Assumption>,
  onOneSide: Map<string, Assumption>,
): void {
  const sides = ways.map(({ assumptions }) => new Map(assumptions.map((each) => [flat(each), each])));
  for (const side of sides)
    for (const [key, assumption] of side) {
      // Of connections that exist it is said apart that they go on as they did.
      if (assumption.code === 'flow-not-rewritten') continue;
      // What no capture settles is a limit of the trace, and the same on both sides.
      const isLimit = assumptionNote(assumption, false).settle === null;
      // Isolated ports drop: where one side alone hands the packet to a bridge and it fares alike, it is dropped there, too.
      const isAlike = isLimit || assumption.code === 'bridge-isolated';
      if (isAlike || sides.every((each) => each.has(key))) shared.set(key, assumption);
      else onOneSide.set(key, assumption);
    }
}

/** Open questions that many answers are given to in every capture, and that concern the client alone. */
const EVERYDAY: ReadonlySet<Question['code']> = new Set<Question['code']>([
  'recent',
  'source-address',
  'source-port',
]);

function noteUnknowns({ endings }: Ways, unknowns: Map<string, Given>): void {
  const seen = new Set<GivenNode>();
  for (const { branch } of endings) {
    for (let node = branch.given; node !== null && !seen.has(node); node = node.before) {
      seen.add(node);
      const { key, question, held } = node;
      if (!EVERYDAY.has(question.code) && held) unknowns.set(key, { question, key, held, joined: null });
    }
  }
}
