import { allows } from '../../rules/value-set.js';
import { Intervals } from './intervals.js';
import { prefixIntervals } from './prefix-intervals.js';
/** @returns the addresses of a set as ranges; null where a mask with holes has too many. */
export function addressIntervals(set) {
    if (set.kind === 'prefix')
        return prefixIntervals(set.prefix);
    return Intervals.of(set.ranges.map(({ from, to }) => [from, to]));
}
const KNOWN = new WeakMap();
/** @returns the numbers of a set as ranges, of 16 bits: ports, and ICMP types with their codes. */
export function portIntervals(set) {
    let known = KNOWN.get(set);
    if (known === undefined) {
        known = Intervals.of(set.kind === 'ranges' ? set.ranges.map(bounds) : [...matching(set)].map(bounds));
        KNOWN.set(set, known);
    }
    return known;
}
function bounds({ from, to }) {
    return [BigInt(from), BigInt(to)];
}
function* matching(set) {
    let from = null;
    for (let number = 0; number <= 0x10000; number++) {
        const fits = number < 0x10000 && allows(set, number);
        if (fits)
            from ??= number;
        else if (from !== null) {
            yield { from, to: number - 1 };
            from = null;
        }
    }
}
