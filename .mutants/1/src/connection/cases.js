import { flat } from '../trace/question.js';
/** Nothing that a packet can be told apart by: rounding of probabilities that rules spell with eleven digits. */
const ROUNDING = 1e-6;
/**
 * Puts the ways together that the outcomes of one node's trace lead to. What the capture leaves open makes cases: where
 * they differ in what the client sees, that is unknown.
 * @param follow what becomes of an outcome; its shares add up to 1
 */
export function throughOutcomes(outcomes, node, follow) {
    const fresh = outcomes.filter(({ given }) => !given.some(isSticky));
    const kept = fresh.length === 0 ? outcomes : fresh;
    const cases = new Map();
    for (const outcome of kept) {
        const key = flat(outcome.given.map(({ question, held }) => [question, held]));
        const same = cases.get(key);
        if (same === undefined)
            cases.set(key, [outcome]);
        else
            same.push(outcome);
    }
    const [first = [], ...others] = [...cases.values()].map((same) => same.flatMap((outcome) => follow(outcome).map((way) => ({ ...way, share: way.share * outcome.probability }))));
    const all = [first, ...others].flat();
    // A question that only some endpoints meet makes cases of which none holds every connection.
    const whole = first.reduce((sum, { share }) => sum + share, 0);
    const isOne = all.every(({ sees }) => sees === first[0]?.sees);
    if (isOne)
        return first.map((way) => ({ ...way, share: way.share / whole }));
    if (whole > 1 - ROUNDING && others.every((each) => agree(first, each)))
        return first;
    const worst = all.find(({ sees }) => sees !== 'works');
    const reason = { code: 'open-question', node, given: openOf(kept) };
    return [{ sees: 'unknown', share: 1, reason, legs: worst?.legs ?? first[0]?.legs ?? [] }];
}
/** What the cases are told apart by: a question that some answer with yes, others with no. */
function openOf(outcomes) {
    const given = outcomes.flatMap((outcome) => outcome.given);
    const met = new Map();
    for (const one of given) {
        const key = flat(one.question);
        const before = met.get(key) ?? one;
        if (before.held !== one.held)
            return [before];
        met.set(key, before);
    }
    return given.slice(0, 1);
}
/** A client that session affinity keeps at an endpoint is no case of its own. */
function isSticky({ question, held }) {
    return question.code === 'recent' && held;
}
function agree(one, other) {
    const share = (ways, sees) => ways.reduce((sum, way) => (way.sees === sees ? sum + way.share : sum), 0);
    return ['works', 'refused', 'times-out', 'wrong-source', 'unknown'].every((sees) => Math.abs(share(one, sees) - share(other, sees)) < ROUNDING);
}
