/** No question of the trace has this number. */
const AFFINITY = -1;
/**
 * @returns the conditions of an outcome. Session affinity asks a list of clients for each endpoint; told is one condition, whether
 *   the client has an endpoint already: thousands of switches would say no more.
 */
export function conditionsOf({ given }) {
    const others = given.filter(({ code }) => code !== 'recent');
    if (others.length === given.length)
        return given;
    return [...others, isSticky(given) ? HAS_ENDPOINT : HAS_NONE];
}
/** @returns true where the client stays with an endpoint that it has: a certain way for it, and no share. */
export function isSticky(given) {
    return given.findLast(({ code }) => code === 'recent')?.held === true;
}
/** @returns the conditions as a key: outcomes of equal ones add up to 1. */
export function caseKey(given) {
    return JSON.stringify(given.map(({ question, held }) => [question, held]));
}
const HAS_ENDPOINT = {
    code: 'recent',
    text: 'the client has an endpoint already (session affinity)',
    settle: null,
    question: AFFINITY,
    held: true,
    joined: 0,
};
const HAS_NONE = {
    ...HAS_ENDPOINT,
    text: 'the client has no endpoint yet (session affinity)',
    held: false,
};
