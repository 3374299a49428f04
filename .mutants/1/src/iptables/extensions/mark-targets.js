import { findPart, valueText } from './extension.js';
import { parseTos } from './header.js';
import { parseMasked, parseUnsigned } from './values.js';
const MARK_OPTIONS = {
    '--set-xmark': 1,
    '--set-mark': 1,
    '--and-mark': 1,
    '--or-mark': 1,
    '--xor-mark': 1,
};
/** Targets that change the packet's or the connection's mark, or the TOS byte by the same arithmetic. */
export const markTargets = {
    MARK: {
        arity: MARK_OPTIONS,
        read: ({ parts }) => {
            const change = parts.length === 1 ? readChange(parts[0]) : null;
            return change && { kind: 'mark', ...change };
        },
    },
    CONNMARK: {
        arity: {
            ...MARK_OPTIONS,
            '--save-mark': 0,
            '--restore-mark': 0,
            '--mask': 1,
            '--nfmask': 1,
            '--ctmask': 1,
            '--left-shift-mark': 1,
            '--right-shift-mark': 1,
        },
        read: readConnmark,
    },
    TOS: {
        arity: { '--set-tos': 1, '--and-tos': 1, '--or-tos': 1, '--xor-tos': 1 },
        read: ({ parts }) => {
            const change = parts.length === 1 ? readTosChange(parts[0]) : null;
            return change && { kind: 'tos', ...change };
        },
    },
};
/**
 * Brings every spelling to `mark = (mark & ~mask) ^ value`, as libxt_MARK.c of iptables 1.8 stores it: set V/M clears
 * V's bits too, and keeps what M keeps.
 */
function readChange(part) {
    if (part === undefined)
        return null;
    const masked = parseMasked(valueText(part));
    if (masked === null)
        return null;
    const { value, mask } = masked;
    switch (part.flag.text) {
        case '--set-xmark':
            return masked;
        case '--set-mark':
            return { value, mask: (value | mask) >>> 0 };
        case '--and-mark':
            return { value: 0, mask: ~value >>> 0 };
        case '--or-mark':
            return { value, mask: value };
        case '--xor-mark':
            return { value, mask: 0 };
        default:
            return null;
    }
}
/** Shifts (`--left-shift-mark`, revision 3) have no place in the model: the target is unrecognised then. */
function readConnmark({ parts }) {
    const command = findPart(parts, '--save-mark', '--restore-mark');
    if (command === null) {
        const change = parts.length === 1 ? readChange(parts[0]) : null;
        return change && { kind: 'connmark-set', ...change };
    }
    if (findPart(parts, '--left-shift-mark', '--right-shift-mark') !== null)
        return null;
    const both = readMask(findPart(parts, '--mask'), 0xffffffff);
    if (both === null)
        return null;
    const nfmask = readMask(findPart(parts, '--nfmask'), both);
    const ctmask = readMask(findPart(parts, '--ctmask'), both);
    if (nfmask === null || ctmask === null)
        return null;
    const kind = command.flag.text === '--save-mark' ? 'connmark-save' : 'connmark-restore';
    return { kind, nfmask, ctmask };
}
function readMask(part, absent) {
    return part === null ? absent : parseUnsigned(valueText(part));
}
function readTosChange(part) {
    if (part === undefined)
        return null;
    if (part.flag.text === '--set-tos')
        return parseTos(valueText(part));
    const bits = parseUnsigned(valueText(part), 255);
    if (bits === null)
        return null;
    if (part.flag.text === '--and-tos')
        return { value: 0, mask: ~bits & 255 };
    return { value: bits, mask: part.flag.text === '--or-tos' ? bits : 0 };
}
