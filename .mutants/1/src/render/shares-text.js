import { percent } from '../words/numbers.js';
const WORDS = {
    works: 'works',
    refused: 'is refused',
    timesOut: 'times out',
    wrongSource: 'gets an answer from another address',
    unknown: 'unknown',
};
/** The worst first. */
export const ORDER = ['timesOut', 'refused', 'wrongSource', 'unknown', 'works'];
/** A share that rounding may have left of one that is not there. */
const LEAST = 1e-6;
/** @returns what connections see, the worst first: `works`, `33.3% times out, 66.7% works`. */
export function sharesText(shares, colours) {
    const told = ORDER.filter((sees) => shares[sees] > LEAST);
    return told
        .map((sees) => {
        const text = told.length === 1 ? WORDS[sees] : `${percent(shares[sees])} ${WORDS[sees]}`;
        return paintOf(sees, colours)(text);
    })
        .join(', ');
}
/** @returns how a word for it is painted. */
export function paintOf(sees, colours) {
    if (sees === 'works')
        return colours.good;
    return sees === 'unknown' ? colours.warning : colours.bad;
}
