import { maskOfLength } from '../../net/prefix.js';
import { unknown } from '../answer.js';
import { senderWithin } from '../fields/values.js';
import { known } from './values.js';
/**
 * @param learns where an answer is kept: null where it says nothing of the packet's source
 * @returns what is known of a sender's address; each branch learns where it lies.
 */
export function readSender(sender, family, learns) {
    if (sender.address !== null)
        return known(sender.address.value);
    return { kind: 'open', ask: (patterns) => ask(sender, family, patterns, learns) };
}
function ask(sender, family, patterns, learns) {
    const [only, ...more] = patterns;
    if (only?.kind !== 'range' || more.length > 0)
        return null;
    const { from, to } = only;
    const prefix = prefixOf(from, to, family);
    const answer = senderWithin(sender, prefix === null ? { kind: 'ranges', ranges: [{ from, to }] } : { kind: 'prefix', prefix }, family);
    if (typeof answer === 'string')
        return answer === 'yes' ? 'yes' : 'no';
    if (answer.kind === 'chance')
        return null;
    return learns === null ? unknown(answer.question) : answer;
}
/** @returns the prefix that a range is; null where it is none. */
function prefixOf(from, to, family) {
    const bits = family === 'ipv4' ? 32 : 128;
    const size = to - from + 1n;
    if ((size & (size - 1n)) !== 0n || (from & (size - 1n)) !== 0n)
        return null;
    const length = bits - (size.toString(2).length - 1);
    return { family, value: from, mask: maskOfLength(family, length) };
}
