import { dictionary } from '../../lookup/dictionary.js';
const HEX = /^0x[0-9a-fA-F]{1,13}$/;
const DECIMAL = /^\d{1,15}$/;
const PREFIX = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/;
const RANGE = /^([0-9a-fA-Fx.:]*[0-9a-fA-F:])-([0-9a-fA-Fx.:]+)$/;
const DURATION = /^(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?$/;
/**
 * Takes a constant, or several joined by ` . `.
 * @param timed true where a time is expected: `1m30s`.
 * @returns it as nft's JSON has it
 */
export function parseConstant(tokens, timed = false) {
    const parts = [];
    do
        parts.push(parseFlags(tokens, timed));
    while (tokens.take('.'));
    return parts.length === 1 ? parts[0] : { concat: parts };
}
/** `syn | ack`. */
function parseFlags(tokens, timed) {
    const flags = [parsePart(tokens, timed)];
    while (tokens.take('|'))
        flags.push(parsePart(tokens, timed));
    return flags.length === 1 ? flags[0] : { '|': flags };
}
function parsePart(tokens, timed) {
    if (tokens.peek() === '(') {
        const inside = tokens.nested(() => {
            tokens.next();
            return parseConstant(tokens, timed);
        }, () => tokens.next());
        tokens.take(')');
        return inside;
    }
    const token = tokens.token();
    const word = tokens.next();
    if (token?.quoted === true) {
        const after = tokens.token();
        if (after?.joined !== true || after.text !== '-')
            return word;
        tokens.next();
        return { range: [word, tokens.next()] };
    }
    return readConstant(word, timed);
}
/** @returns a constant of one word. */
export function readConstant(word, timed = false) {
    if (word === 'exists')
        return true;
    if (word === 'missing')
        return false;
    if (HEX.test(word) || DECIMAL.test(word))
        return Number(word);
    const [, address, length] = PREFIX.exec(word) ?? [];
    if (address !== undefined)
        return { prefix: { addr: address, len: Number(length) } };
    if (timed) {
        const [from = '', to] = word.split('-');
        return to === undefined ? secondsOf(from) : { range: [secondsOf(from), secondsOf(to)] };
    }
    const [, from, to] = RANGE.exec(word) ?? [];
    if (from !== undefined && to !== undefined && isBound(from) && isBound(to))
        return { range: [readConstant(from), readConstant(to)] };
    return word.includes(',') && !word.startsWith('@') ? word.split(',') : word;
}
/** A number or an address: `cafe-babe` is a word. */
function isBound(text) {
    return HEX.test(text) || DECIMAL.test(text) || /[.:]/.test(text);
}
/** @returns the whole seconds of `1h59m40s616ms`, which is all that nft's JSON tells; null where it is no time. */
export function secondsOf(text) {
    if (text === '' || !DURATION.test(text))
        return DECIMAL.test(text) ? Number(text) : null;
    let seconds = 0;
    for (const [, count, unit] of text.matchAll(/(\d+)(ms|[wdhms])/g))
        seconds += Number(count) * (SECONDS[unit ?? ''] ?? 0);
    return Math.floor(seconds);
}
const SECONDS = dictionary({ w: 604800, d: 86400, h: 3600, m: 60, s: 1, ms: 0.001 });
