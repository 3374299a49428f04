import { patternOf } from './constants.js';
import { fits, isExact } from './values.js';
const KNOWN = new WeakMap();
/** @returns the index of a set's elements, whose keys are of these kinds; made once. */
export function indexOf(elements, kinds) {
    const name = kinds.join(' ');
    let indexes = KNOWN.get(elements);
    if (indexes === undefined) {
        indexes = new Map();
        KNOWN.set(elements, indexes);
    }
    let index = indexes.get(name);
    if (index === undefined) {
        index = build(elements, kinds);
        indexes.set(name, index);
    }
    return index;
}
function build(elements, kinds) {
    const exact = new Map();
    const wide = [];
    let rest = null;
    let unreadable = false;
    for (const element of elements) {
        if (element.key === null) {
            rest = { element, patterns: [] };
            continue;
        }
        const patterns = partsOf(element.key, kinds);
        const indexed = { element, patterns };
        if (patterns.includes(null) || patterns.length !== kinds.length)
            unreadable = true;
        const values = patterns.flatMap((pattern) => pattern !== null && isExact(pattern) ? [exactValue(pattern)] : []);
        if (values.length === kinds.length)
            exact.set(keyOf(values), indexed);
        else
            wide.push(indexed);
    }
    const sorted = kinds.length === 1 && wide.every(({ patterns: [only] }) => only?.kind === 'range');
    if (sorted)
        wide.sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
    return { exact, wide, sorted, rest, unreadable };
}
function partsOf(key, kinds) {
    const parts = key.kind === 'concat' ? key.parts : [key];
    return parts.map((part, at) => patternOf(part, kinds[at] ?? 'other'));
}
function exactValue(pattern) {
    return pattern.kind === 'name' ? pattern.text : pattern.from;
}
function startOf({ patterns: [only] }) {
    return only?.kind === 'range' ? only.from : 0n;
}
/** Names and numbers never look alike. */
function keyOf(values) {
    return values.map((value) => (typeof value === 'string' ? `"${value}"` : value.toString(16))).join(' ');
}
/** @returns the element that holds these values; null where none does. */
export function find(index, values) {
    const found = index.exact.get(keyOf(values));
    if (found !== undefined)
        return found;
    const [value] = values;
    if (index.sorted && typeof value === 'bigint')
        return findSorted(index.wide, value);
    return index.wide.find(({ patterns }) => patterns.every((each, at) => isIn(each, values[at]))) ?? null;
}
function isIn(pattern, value) {
    return pattern !== null && value !== undefined && fits(pattern, value);
}
/** Intervals of a set do not overlap. */
function findSorted(wide, value) {
    let [low, high] = [0, wide.length - 1];
    while (low <= high) {
        const middle = (low + high) >> 1;
        const indexed = wide[middle];
        const pattern = indexed?.patterns[0];
        if (indexed === undefined || pattern?.kind !== 'range')
            return null;
        if (value < pattern.from)
            high = middle - 1;
        else if (value > pattern.to)
            low = middle + 1;
        else
            return indexed;
    }
    return null;
}
/** @returns every element whose known parts fit; parts that are not known are undefined. */
export function candidates(index, values) {
    return [...index.exact.values(), ...index.wide].filter(({ patterns }) => patterns.every((pattern, at) => values[at] === undefined || pattern === null || isIn(pattern, values[at])));
}
