import { caseKey, conditionsOf } from './given.js';
import { visitsOf } from './visits.js';
/** Ways that are alike but for the endpoint, and how many: more than these are folded. */
const SHOWN = 8;
/**
 * @param steps by id.
 * @returns the ways, of each kind that has many only the first few and one for the rest: a fan of 5,000 endpoints is 9 ways.
 */
export function foldWays(outcomes, steps) {
    const all = outcomes.map((outcome) => ({
        outcome,
        given: conditionsOf(outcome),
        visits: visitsOf(outcome, steps),
    }));
    // Clients that stay with their endpoints are certain ways of one case: each counts as much as another.
    const sums = new Map();
    for (const { outcome, given } of all) {
        sums.set(caseKey(given), (sums.get(caseKey(given)) ?? 0) + outcome.probability);
    }
    const shareOf = ({ outcome, given }) => outcome.probability / Math.max(1, sums.get(caseKey(given)) ?? 1);
    const passed = new Map();
    for (const { visits } of all) {
        for (const key of new Set(visits.map((visit) => visit.key)))
            passed.set(key, (passed.get(key) ?? 0) + 1);
    }
    const isNarrow = (visit) => (passed.get(visit.key) ?? 0) * SHOWN <= outcomes.length;
    const kinds = new Map();
    for (const way of all) {
        const kind = kindOf(way, isNarrow);
        const alike = kinds.get(kind);
        if (alike === undefined)
            kinds.set(kind, [way]);
        else
            alike.push(way);
    }
    return [...kinds.values()].flatMap((alike) => {
        // One that stands for a single other would save nothing.
        const few = alike.length <= SHOWN + 1 ? alike.length : SHOWN;
        const shown = alike.slice(0, few).map((way) => ({
            ...way,
            probability: shareOf(way),
            count: 1,
            folded: new Set(),
        }));
        const rest = alike.slice(few);
        const [first] = rest;
        if (first === undefined)
            return shown;
        return [
            ...shown,
            {
                ...first,
                probability: rest.reduce((sum, way) => sum + shareOf(way), 0),
                count: rest.length,
                folded: new Set(first.visits.filter(isNarrow).map(({ key }) => key)),
            },
        ];
    });
}
function kindOf({ outcome, given, visits }, isNarrow) {
    const { verdict, source, exit, remarks, endpoint, reason, rejectWith } = outcome;
    return JSON.stringify([
        caseKey(given),
        [verdict, rejectWith, reason?.code, source.rewrite, exit?.kind, endpoint?.thisNode],
        remarks.map(({ code, effect }) => [code, effect]),
        visits.map((visit) => (isNarrow(visit) ? [visit.column, visit.depth] : visit.key)),
    ]);
}
