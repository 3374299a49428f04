import { printStatement } from '../../nftables/print/print-statement.js';
import { unknown } from '../answer.js';
import { patternOf } from './constants.js';
import { kindOf } from './kinds.js';
import { hitsOf, lookUp } from './look-up.js';
import { read } from './read.js';
import { fits } from './values.js';
/** @returns whether a match holds for the packet (nft_cmp_eval, nft_lookup_eval, nft_range_eval). */
export function judge(match, context) {
    const { left, right, operator } = match;
    if (right.kind === 'set' || right.kind === 'set-name')
        return inSet(match, context);
    const pattern = patternOf(right, kindOf(left));
    const reading = read(left, context);
    if (reading.kind === 'absent')
        return 'absent';
    if (pattern === null)
        return compareComputed(match, reading, context);
    const negated = operator === '!=';
    switch (reading.kind) {
        case 'known':
            return yes(holds(operator, pattern, reading.value) !== negated);
        case 'partly':
            return judgePartly(match, pattern, reading, negated);
        case 'chance': {
            const share = chanceOf(operator, pattern, reading.modulus, reading.offset);
            return { kind: 'chance', probability: negated ? 1 - share : share };
        }
        case 'open': {
            const plain = operator === '==' || operator === '!=' || operator === 'in';
            const answer = plain ? (reading.ask?.([pattern]) ?? null) : null;
            if (answer === 'yes' || answer === 'no')
                return yes((answer === 'yes') !== negated);
            return asked(answer, match, negated);
        }
    }
}
function yes(value) {
    return value ? 'yes' : 'no';
}
/** A question in the rule's own words asks for the match as it is written. */
function asked(answer, match, negated) {
    if (answer !== null)
        return { kind: 'asked', question: answer, holdsBy: !negated };
    return { kind: 'asked', question: ownWords(match), holdsBy: true };
}
function ownWords(match) {
    return unknown({ code: 'nft-expression', text: printStatement(match) });
}
function holds(operator, pattern, value) {
    if (operator === '==' || operator === '!=')
        return fits(pattern, value);
    if (pattern.kind !== 'range' || typeof value !== 'bigint')
        return false;
    switch (operator) {
        case 'in':
            return (value & pattern.from) !== 0n;
        case '<':
            return value < pattern.from;
        case '<=':
            return value <= pattern.to;
        case '>':
            return value > pattern.to;
        case '>=':
            return value >= pattern.from;
    }
}
function judgePartly(match, pattern, { bits, known }, negated) {
    if (pattern.kind !== 'range')
        return 'no';
    if (match.operator === 'in') {
        if ((bits & known & pattern.from) !== 0n)
            return 'yes';
        return (pattern.from & ~known) === 0n ? 'no' : asked(null, match, false);
    }
    if (pattern.from === pattern.to && ((bits ^ pattern.from) & known) !== 0n && match.operator.endsWith('='))
        if (match.operator === '==' || match.operator === '!=')
            return yes(negated);
    return asked(null, match, false);
}
function chanceOf(operator, pattern, modulus, offset) {
    if (pattern.kind !== 'range')
        return 0;
    const [low, high] = [BigInt(offset), BigInt(offset + modulus - 1)];
    const ranges = {
        '==': [pattern.from, pattern.to],
        '!=': [pattern.from, pattern.to],
        in: [pattern.from, pattern.to],
        '<': [low, pattern.from - 1n],
        '<=': [low, pattern.to],
        '>': [pattern.to + 1n, high],
        '>=': [pattern.from, high],
    };
    const [from, to] = ranges[operator];
    return hitsOf({ kind: 'range', from, to }, modulus, offset) / modulus;
}
/** The right side is a field too: `ip saddr != ip daddr`. */
function compareComputed(match, reading, context) {
    const other = isField(match.right) ? read(match.right, context) : null;
    if (other?.kind === 'absent')
        return 'absent';
    if (other?.kind !== 'known' || reading.kind !== 'known')
        return asked(null, match, false);
    const { value } = other;
    const pattern = typeof value === 'string'
        ? { kind: 'name', text: value, prefix: false }
        : { kind: 'range', from: value, to: value };
    return yes(holds(match.operator, pattern, reading.value) !== (match.operator === '!='));
}
function isField({ kind }) {
    return (kind === 'meta' ||
        kind === 'ct' ||
        kind === 'payload' ||
        kind === 'binary' ||
        kind === 'fib' ||
        kind === 'rt');
}
function inSet(match, context) {
    const negated = match.operator === '!=';
    const found = lookUp(match.left, match.right, context, printStatement(match));
    switch (found.kind) {
        case 'found':
            return yes(!negated);
        case 'missed':
            return yes(negated);
        case 'absent':
            return 'absent';
        case 'chance': {
            const share = found.ways.reduce((sum, way) => sum + (way.element === null ? 0 : way.share), 0);
            return { kind: 'chance', probability: negated ? 1 - share : share };
        }
        case 'open': {
            const [first] = found.ways;
            // The caller asks again with the answer, until all that is open is settled.
            if (first === undefined || first.asked === null)
                return yes((first?.element !== null) !== negated);
            return { kind: 'asked', question: first.asked, holdsBy: !negated };
        }
        case 'unknown':
            return {
                kind: 'asked',
                question: found.asked,
                holdsBy: found.asked.question.code === 'nft-element' ? !negated : true,
            };
    }
}
/** Answers without a fork, where the rule can be passed over. @returns true where it surely does not hold. */
export function surelyMisses(answer) {
    return answer === 'no' || answer === 'absent';
}
