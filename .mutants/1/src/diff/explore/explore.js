import { assumptionNote } from '../../explain/words/reason-words.js';
import { ICMP, ICMPV6, TCP } from '../../net/protocol.js';
import { flat } from '../../trace/question.js';
import { followPacket } from '../../trace/trace-packet.js';
import { subtract } from '../space/box.js';
import { bits } from '../space/universe.js';
import { choosePacket } from './choose-packet.js';
import { findDifference, groupWays } from './compare-ways.js';
import { Narrowing } from './narrow.js';
/** @returns a rule or a policy of a chain as one text, the same on both sides. */
export function placeOf(table, chain, rule) {
    return `${table} ${chain} ${rule ?? ''}`;
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
export function explore(boxes, space, sides, examples, budget, watched = new Set()) {
    const classes = [];
    const unknowns = new Map();
    const granted = new Map();
    const assumed = new Map();
    const open = new Map();
    const work = [...boxes].reverse();
    let traced = 0;
    for (let box = work.pop(); box !== undefined; box = work.pop()) {
        const chosen = choosePacket(box, space, examples);
        if ('none' in chosen) {
            work.push(...subtract(box, chosen.none).reverse());
            continue;
        }
        if (traced >= budget) {
            work.push(box);
            break;
        }
        traced++;
        const { packet } = chosen;
        const narrowing = new Narrowing(space, packet, chosen.door, chosen.box);
        const ways = sides.map((side) => followPacket(packet, side.world(packet.entersAt), { observer: narrowing }));
        narrowing.ended(ways.map((each) => each.endings.map(({ branch }) => branch)));
        for (const each of ways)
            noteUnknowns(each, unknowns);
        const [before, after] = ways.map((each, at) => groupWays(each, sides[at]?.nameQuestion ?? (({ key }) => key)));
        const difference = findDifference(before ?? [], after ?? []);
        const cell = narrowing.box;
        if (difference !== null)
            classes.push({ box: cell, packet, ...difference, passed: placesOf(ways, watched) });
        else {
            for (const each of ways)
                noteOpen(each, open);
            noteAssumed(ways, granted, assumed);
        }
        work.push(...leftovers(box, cell, space).reverse());
    }
    return { classes, traced, unexplored: work.reverse(), open, unknowns, granted, assumed };
}
function placesOf(sides, watched) {
    const places = new Set();
    const seen = new Set();
    for (const { endings } of sides)
        for (const { branch } of endings)
            for (let node = branch.path; node !== null && !seen.has(node); node = node.before) {
                seen.add(node);
                const { table, chain, rule } = node.step;
                if (watched.has(chain))
                    places.add(placeOf(table, chain, rule?.text ?? null));
            }
    return places;
}
/** TCP flags and ICMP types mean nothing to other protocols: of those the class holds them whatever the field says. */
function leftovers(box, cell, { universe: { protocols } }) {
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
function noteOpen({ endings }, open) {
    for (const { verdict, reason } of endings) {
        if (verdict !== 'unknown' || reason === null)
            continue;
        const key = flat(reason);
        open.set(key, { reason, classes: (open.get(key)?.classes ?? 0) + 1 });
    }
}
function noteAssumed(ways, shared, onOneSide) {
    const sides = ways.map(({ assumptions }) => new Map(assumptions.map((each) => [flat(each), each])));
    for (const side of sides)
        for (const [key, assumption] of side) {
            // Of connections that exist it is said apart that they go on as they did.
            if (assumption.code === 'flow-not-rewritten')
                continue;
            // What no capture settles is a limit of the trace, and the same on both sides.
            const isLimit = assumptionNote(assumption, false).settle === null;
            if (isLimit || sides.every((each) => each.has(key)))
                shared.set(key, assumption);
            else
                onOneSide.set(key, assumption);
        }
}
/** Open questions that many answers are given to in every capture, and that concern the client alone. */
const EVERYDAY = new Set([
    'recent',
    'source-address',
    'source-port',
]);
function noteUnknowns({ endings }, unknowns) {
    const seen = new Set();
    for (const { branch } of endings) {
        for (let node = branch.given; node !== null && !seen.has(node); node = node.before) {
            seen.add(node);
            const { key, question, held } = node;
            if (!EVERYDAY.has(question.code) && held)
                unknowns.set(key, { question, held, joined: null });
        }
    }
}
