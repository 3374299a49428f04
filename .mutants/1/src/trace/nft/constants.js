import { parseAddress } from '../../net/address.js';
import { parsePrefix } from '../../net/prefix.js';
import { exactly } from './values.js';
import { numberOfWord } from './words.js';
/** @returns the values that a constant stands for where it is compared with this kind; null where that is not known. */
export function patternOf(constant, kind) {
    switch (constant.kind) {
        case 'number':
            // A device may be called 5, and nft prints names without telling them from numbers.
            if (kind === 'device' || kind === 'text')
                return { kind: 'name', text: String(constant.value), prefix: false };
            return exactly(BigInt(constant.value));
        case 'exists':
            return exactly(constant.value ? 1n : 0n);
        case 'word':
            return wordPattern(constant.text, kind);
        case 'flags': {
            const bits = constant.words.map((word) => /^\d+$/.test(word) ? Number(word) : numberOfWord(word, kind));
            if (bits.some((bit) => bit === null))
                return null;
            return exactly(BigInt(bits.reduce((sum, bit) => sum | (bit ?? 0), 0)));
        }
        case 'prefix': {
            const prefix = parsePrefix(`${constant.address}/${constant.length}`);
            if (prefix === null)
                return null;
            const all = prefix.family === 'ipv4' ? 0xffffffffn : (1n << 128n) - 1n;
            return { kind: 'range', from: prefix.value, to: prefix.value | (all & ~prefix.mask) };
        }
        case 'range': {
            const [from, to] = [patternOf(constant.from, kind), patternOf(constant.to, kind)];
            return from?.kind === 'range' && to?.kind === 'range'
                ? { kind: 'range', from: from.from, to: to.to }
                : null;
        }
        default:
            return null;
    }
}
function wordPattern(text, kind) {
    if (kind === 'device' || kind === 'text') {
        const prefix = text.endsWith('*') && !text.endsWith('\\*');
        return { kind: 'name', text: prefix ? text.slice(0, -1) : text.replace('\\*', '*'), prefix };
    }
    const address = kind === 'ipv4' || kind === 'ipv6' || kind === 'other' ? parseAddress(text) : null;
    if (address !== null)
        return exactly(address.value);
    if (/^0x[0-9a-fA-F]+$/.test(text))
        return exactly(BigInt(text));
    const number = numberOfWord(text, kind);
    return number === null ? null : exactly(BigInt(number));
}
