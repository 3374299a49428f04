import { dictionary } from '../lookup/dictionary.js';
/** The names that nft gives to priorities in the families ip, ip6, inet, arp and netdev (src/rule.c, std_prios). */
const NAMED = dictionary({
    raw: -300,
    mangle: -150,
    dstnat: -100,
    filter: 0,
    security: 50,
    srcnat: 100,
});
/** The same names mean other numbers in family bridge. */
const BRIDGE = dictionary({ dstnat: -300, filter: -200, out: 100, srcnat: 300 });
/** @returns `filter`, `dstnat - 10`, `-100` as a number; null where the word is not known. */
export function priorityOf(text, family) {
    const [, name = '', sign, offset] = /^\s*(-?\w+)(?:\s*([+-])\s*(\d+))?\s*$/.exec(text) ?? [];
    const names = family === 'bridge' ? BRIDGE : NAMED;
    const start = /^-?\d+$/.test(name) ? Number(name) : names[name];
    if (start === undefined)
        return null;
    return start + (offset === undefined ? 0 : Number(offset) * (sign === '-' ? -1 : 1));
}
