import { mutate } from './mutate.js';
import { oneOf } from './random.js';
const ODD_VALUES = [
    ...[
        null,
        true,
        false,
        0,
        -1,
        1.5,
        65536,
        4294967296,
        1e308,
        '',
        ' ',
        '0',
        '-',
        'null',
        [],
        {},
        [[]],
        [null],
        {},
    ],
    ...[
        '10.0.0.1',
        '::1',
        '10.0.0.0/8',
        '@a',
        '__proto__',
        'constructor',
        '\u202e',
        '\n::error::x',
        '\0',
        '\ud800',
    ],
];
const ODD_KEYS = [
    '',
    'constructor',
    'toString',
    'name',
    'op',
    'left',
    'right',
    'elem',
    'expr',
    'items',
    'spec',
    'kind',
];
const DEEPEST = 400;
/**
 * @param text JSON. What is no JSON is only mutated as text.
 * @returns it with values, keys and shapes changed, and every eighth time also as text.
 */
export function mutateJson(text, random, long = 10) {
    const seed = parsed(text);
    if (seed === undefined)
        return mutate(text, random, long);
    let value = fewer(seed, random);
    for (let left = 1 + random(4); left > 0; left--)
        value = changed(value, random, value);
    if (random(long * 5) === 0)
        value = nested(value);
    const written = JSON.stringify(value, null, random(3) === 0 ? 1 : 0);
    return random(8) === 0 ? mutate(written, random, long) : written;
}
const seeds = new Map();
/** Seeds are few, and parsed once. */
function parsed(text) {
    const known = seeds.get(text);
    if (known !== undefined)
        return known;
    const value = parse(text);
    if (value !== undefined)
        seeds.set(text, value);
    return value;
}
function parse(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/** Of long lists a few neighbours, so that an input is read fast. */
function fewer(value, random) {
    if (isList(value)) {
        const kept = value.length > 5 ? windowOf(value, random) : value;
        return kept.map((each) => fewer(each, random));
    }
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fewer(each, random)]));
}
function windowOf(list, random) {
    const from = random(list.length);
    return [...list.slice(0, random(3)), ...list.slice(from, from + 1 + random(8))];
}
/** Goes down a way by chance, and changes what it ends at. */
function changed(value, random, whole) {
    if (isList(value)) {
        if (value.length === 0 || random(6) === 0)
            return changedList(value, random);
        const at = random(value.length);
        return value.map((each, index) => (index === at ? changed(each, random, whole) : each));
    }
    if (typeof value === 'object' && value !== null) {
        const entries = Object.entries(value);
        if (entries.length === 0 || random(6) === 0)
            return changedObject(entries, random);
        const at = random(entries.length);
        return Object.fromEntries(entries.map(([key, each], index) => [key, index === at ? changed(each, random, whole) : each]));
    }
    return changedScalar(value, random, whole);
}
function changedList(list, random) {
    const how = random(5);
    if (how === 0)
        return oneOf(random, ODD_VALUES);
    if (how === 1)
        return [...list, oneOf(random, ODD_VALUES)];
    if (how === 2)
        return [...list, ...list];
    if (how === 3)
        return list.slice(0, random(list.length + 1));
    return list.toReversed();
}
function changedObject(entries, random) {
    const how = random(5);
    if (how === 0)
        return oneOf(random, ODD_VALUES);
    if (how === 1 || entries.length === 0) {
        return Object.fromEntries([...entries, [oneOf(random, ODD_KEYS), oneOf(random, ODD_VALUES)]]);
    }
    const at = random(entries.length);
    const others = entries.filter((_, index) => index !== at);
    const value = entries[at]?.[1] ?? null;
    if (how === 2)
        return Object.fromEntries(others);
    if (how === 3)
        return Object.fromEntries([...others, [oneOf(random, ODD_KEYS), value]]);
    // Two values change places.
    const other = random(entries.length);
    return Object.fromEntries(entries.map(([name, each], index) => [
        name,
        index === at ? (entries[other]?.[1] ?? null) : index === other ? value : each,
    ]));
}
function changedScalar(value, random, whole) {
    const how = random(5);
    if (how === 0 && typeof value === 'string')
        return mutate(value, random, 1_000);
    if (how === 1)
        return [value];
    if (how === 2 && typeof value === 'number')
        return value * oneOf(random, [-1, 2, 256, 65536, 0.5, 2 ** 32]);
    if (how === 3)
        return elsewhere(whole, random);
    return oneOf(random, ODD_VALUES);
}
/** Another value of the same document, where it does not belong. */
function elsewhere(value, random) {
    if (typeof value !== 'object' || value === null)
        return value;
    const values = isList(value) ? value : Object.values(value);
    const next = values[random(values.length || 1)] ?? null;
    return random(5) === 0 ? next : elsewhere(next, random);
}
function nested(value) {
    let deep = value;
    for (let depth = 0; depth < DEEPEST; depth++)
        deep = depth % 2 === 0 ? [deep] : { elem: deep };
    return deep;
}
function isList(value) {
    return Array.isArray(value);
}
