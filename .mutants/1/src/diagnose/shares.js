import { addShares, NAMES, ROUNDING } from '../explain/connection/shares.js';
import { rulesMissingOf } from '../explain/trace/remarks/rules-missing.js';
/**
 * @returns what the client sees of a connection whose first packet goes this way: the worst where further nodes send it
 *   several ways. What was traced to its end there and back is so; else it is judged by the first packet.
 */
export function seesOf(outcome) {
    if (rulesMissingOf(outcome.remarks) !== null)
        return 'unknown';
    const traced = tracedEnds(outcome).map(({ sees }) => sees);
    const worst = ['timesOut', 'refused', 'wrongSource', 'unknown'].find((each) => traced.includes(each));
    if (worst !== undefined && worst !== 'unknown')
        return worst;
    if (worst === 'unknown' && isLeftOpen(outcome))
        return 'unknown';
    const guessed = seesOfFirst(outcome);
    const overNodes = new Set(outcome.connection?.legs.map(({ node }) => node)).size > 1;
    return guessed === 'unknown' && worst === undefined && overNodes ? 'works' : guessed;
}
function isLeftOpen({ connection }) {
    return connection !== null && [connection, ...connection.others].some(leavesOpen);
}
/**
 * @returns true where what a captured node on the way, or the way back, does with it is not known: its first packet says
 *   nothing about that. A node that was not captured is taken to do what it should.
 */
function leavesOpen({ reason }) {
    return reason !== null && LEFT_OPEN.has(reason.code);
}
const LEFT_OPEN = new Set([
    'open-question',
    'not-followed',
    'node-not-read',
    'sent-round',
]);
/** @returns what clients see of connections whose first packet goes this way, with their parts of 1. */
function tracedEnds({ connection }) {
    if (connection === null)
        return [];
    const ways = [connection, ...connection.others];
    const all = ways.reduce((sum, { share }) => sum + share, 0);
    return ways.map(({ sees, share }) => ({ sees: NAMES[sees], part: all === 0 ? 1 : share / all }));
}
/** As far as this node tells. */
function seesOfFirst(outcome) {
    switch (outcome.verdict) {
        case 'drop':
            return 'timesOut';
        case 'reject':
            return 'refused';
        case 'queue':
        case 'unknown':
            return 'unknown';
        case 'accept':
            return seesOfAccepted(outcome);
    }
}
function seesOfAccepted({ remarks, exit }) {
    const [worst] = remarks;
    if (worst === undefined || worst.effect === 'none')
        return 'works';
    if (worst.effect === 'may-break')
        return remarks.some(isOpen) ? 'unknown' : 'works';
    if (WRONG_SOURCE.has(worst.code))
        return 'wrongSource';
    // Nobody listens at the node's own port: its kernel refuses.
    return exit?.kind === 'local' ? 'refused' : 'timesOut';
}
const WRONG_SOURCE = new Set(['answer-bypasses-nat']);
/** Circumstances under which the answer still comes, to whoever asks from where the question says. */
const HARMLESS = new Set(['pod-outside-cluster-cidr', 'reverse-path']);
function isOpen({ effect, code }) {
    return effect === 'may-break' && !HARMLESS.has(code);
}
/** @returns the shares of new connections: of the traced ones as they end, of others by their first packet. */
export function sharesOf(item) {
    const shares = KNOWN.get(item) ??
        addShares(item.outcomes, (outcome) => endsOf(outcome).map(({ sees, part }) => ({ sees, share: outcome.probability * part })));
    KNOWN.set(item, shares);
    return shares;
}
/** Each of 5,000 outcomes asks for the shares of its item. */
const KNOWN = new WeakMap();
/** @returns what clients see whose first packet goes this way: where further nodes send it several ways, each counts. */
export function endsOf(outcome) {
    const mixed = (outcome.connection?.others.length ?? 0) > 0;
    return mixed ? tracedEnds(outcome) : [{ sees: seesOf(outcome), part: 1 }];
}
/** @returns true where some connections end as this outcome does, whatever the capture leaves open. */
export function isSure(outcome, item) {
    return sharesOf(item)[seesOf(outcome)] > ROUNDING;
}
/** @returns `works` where every connection does, `broken` where some certainly do not. */
export function verdictOf({ works, refused, timesOut, wrongSource }) {
    if (works > 1 - ROUNDING)
        return 'works';
    return refused + timesOut + wrongSource > ROUNDING ? 'broken' : 'unknown';
}
