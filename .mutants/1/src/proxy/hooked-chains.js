import { entryOf, ownerOf } from './owners.js';
import { at } from './program.js';
/** The word of a chain's name that says at which hook its author puts it. */
const WORDS = [
    [/(?:^|[-_])(?:PREROUTING|PRE)(?:[-_]|$)/, 'PREROUTING'],
    [/(?:^|[-_])(?:POSTROUTING|POST)(?:[-_]|$)/, 'POSTROUTING'],
    [/(?:^|[-_])(?:INPUT|input|INP)(?:[-_]|$)/, 'INPUT'],
    [/(?:^|[-_])(?:FORWARD|forward|FW[XIO])(?:[-_]|$)/, 'FORWARD'],
    [/(?:^|[-_])(?:OUTPUT|output|OUT)(?:[-_]|$)/, 'OUTPUT'],
];
/** Beyond the order of every jump that is not appended. */
const LAST = 1e6;
/** @returns the jumps by which the author of a chain of this name lets packets into it; none where nobody knows. */
export function hooksOf(chain, table, family) {
    const known = entryOf(chain, table);
    if (known === null)
        return [];
    const named = WORDS.find(([word]) => word.test(chain))?.[1];
    const jumps = known.entry !== 'by-name' ? known.entry : named === undefined ? [] : [at(named)];
    return jumps
        .filter(({ only }) => only === undefined || only === family)
        .map(({ from, condition, appended }) => ({
        ...{ chain, table, from, condition, owner: ownerOf(chain) },
        order: known.order + (appended === true ? LAST : 0),
    }));
}
