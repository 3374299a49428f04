import { printExpression } from '../../nftables/print/print-expression.js';
import { unknown } from '../answer.js';
import { candidates, find, indexOf } from './element-index.js';
import { kindsOf } from './kinds.js';
import { read } from './read.js';
/** Elements that are followed one by one where part of the key is not known. */
const MOST = 64;
/**
 * @param data a set's or map's name, or its elements
 * @param text of the rule, for questions about it
 */
export function lookUp(key, data, context, text) {
    const { table } = context;
    const set = data.kind === 'set-name' ? table.sets.get(data.name) : undefined;
    const elements = set?.elements ?? (data.kind === 'set' ? data.elements : null);
    const asked = () => questionOf(key, data, context, text);
    if (elements === null)
        return { kind: 'unknown', asked: asked() };
    const index = indexOf(elements, kindsOf(key));
    const gaps = { some: index.unreadable || set?.cut === true, asked };
    const readings = (key.kind === 'concat' ? key.parts : [key]).map((part) => read(part, context));
    if (readings.some(({ kind }) => kind === 'absent'))
        return { kind: 'absent' };
    const [only] = readings;
    if (only?.kind === 'chance' && readings.length === 1)
        return byChance(index, only, gaps);
    const values = readings.map((reading) => (reading.kind === 'known' ? reading.value : undefined));
    if (values.every((value) => value !== undefined))
        return whole(find(index, values), index, gaps);
    return inPart(index, readings, values, gaps, context);
}
function whole(found, index, { some, asked }) {
    // A listing is of the past: an element with a time may have run out since.
    if (found !== null && found.element.expires !== null)
        return {
            kind: 'open',
            ways: [
                { element: found.element, asked: asked() },
                { element: restOf(index), asked: null },
            ],
        };
    if (found !== null)
        return { kind: 'found', element: found.element };
    if (some)
        return { kind: 'unknown', asked: asked() };
    const rest = restOf(index);
    return rest === null ? { kind: 'missed' } : { kind: 'found', element: rest };
}
function restOf({ rest }) {
    return rest?.element ?? null;
}
function byChance(index, { modulus, offset }, { some, asked }) {
    const ways = [];
    let left = modulus;
    for (const { element, patterns } of [...index.exact.values(), ...index.wide]) {
        const hits = hitsOf(patterns[0] ?? null, modulus, offset);
        if (hits > 0)
            ways.push({ element, share: hits / modulus });
        left -= hits;
    }
    if (left > 0 && some)
        return { kind: 'unknown', asked: asked() };
    if (left > 0)
        ways.push({ element: restOf(index), share: left / modulus });
    return { kind: 'chance', ways };
}
/** @returns how many of the numbers from `offset` on the pattern holds. */
export function hitsOf(pattern, modulus, offset) {
    if (pattern?.kind !== 'range')
        return 0;
    const from = Math.max(Number(pattern.from), offset);
    const to = Math.min(Number(pattern.to), offset + modulus - 1);
    return Math.max(0, to - from + 1);
}
function inPart(index, readings, values, { some, asked }, { answered }) {
    if (some)
        return { kind: 'unknown', asked: asked() };
    const rest = { element: restOf(index), asked: null };
    const ways = [];
    const possible = candidates(index, values);
    if (possible.length > MOST)
        return { kind: 'unknown', asked: asked() };
    for (const { element, patterns } of possible) {
        const open = readings.flatMap((reading, at) => {
            const pattern = patterns[at] ?? null;
            return reading.kind === 'known' ? [] : [settled(askPart(reading, pattern), answered)];
        });
        if (open.includes('no'))
            continue;
        const questions = open.filter((each) => each !== 'yes' && each !== 'no');
        const [first, ...more] = questions;
        if (first === undefined)
            return { kind: 'open', ways: [...ways, { element, asked: null }] };
        // Two parts that are not known make one question of the whole key; an entry with a time, of its set.
        if (first === null || more.length > 0 || element.expires !== null)
            return { kind: 'unknown', asked: asked() };
        ways.push({ element, asked: first });
    }
    if (ways.length === 0)
        return rest.element === null ? { kind: 'missed' } : { kind: 'found', element: rest.element };
    return { kind: 'open', ways: [...ways, rest] };
}
/** Replaces a question that the branch has answered before by its answer. */
function settled(answer, answered) {
    if (answer === null || typeof answer === 'string')
        return answer;
    const held = answered(answer);
    return held === null ? answer : held ? 'yes' : 'no';
}
/** Whether a part that is not known fits; null where there is no question of its own for it. */
function askPart(reading, pattern) {
    if (pattern === null)
        return null;
    if (reading.kind === 'partly') {
        if (pattern.kind !== 'range' || pattern.from !== pattern.to)
            return null;
        return ((reading.bits ^ pattern.from) & reading.known) === 0n ? null : 'no';
    }
    return reading.kind === 'open' ? (reading.ask?.([pattern]) ?? null) : null;
}
function questionOf(key, data, { table, state }, text) {
    if (data.kind !== 'set-name')
        return unknown({ code: 'nft-expression', text });
    const { family, name } = table;
    // NAT makes another key of it on the way, which is another question.
    return unknown({
        code: 'nft-element',
        table: `${family} ${name}`,
        set: data.name,
        key: printExpression(key),
        rewritten: state.sourceRewrite !== 'none',
    });
}
