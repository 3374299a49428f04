import { independent, isNegated, valueText } from './extension.js';
import { parseMasked, parseRange, parseUnsigned } from './values.js';
const TOS_NAMES = new Map([
    ['minimize-delay', 0x10],
    ['maximize-throughput', 0x08],
    ['maximize-reliability', 0x04],
    ['minimize-cost', 0x02],
    ['normal-service', 0x00],
]);
/** Modules that compare fields of the IP header. */
export const headerModules = {
    length: independent({
        '--length': [
            1,
            (part) => {
                const bytes = parseRange(valueText(part), 65535);
                return bytes && { kind: 'length', negated: isNegated(part), bytes };
            },
        ],
    }),
    ttl: independent({
        '--ttl-eq': [1, ttl('eq')],
        '--ttl': [1, ttl('eq')],
        '--ttl-lt': [1, ttl('lt')],
        '--ttl-gt': [1, ttl('gt')],
    }),
    hl: independent({ '--hl-eq': [1, ttl('eq')], '--hl-lt': [1, ttl('lt')], '--hl-gt': [1, ttl('gt')] }),
    dscp: independent({ '--dscp': [1, readDscp], '--dscp-class': [1, readDscp] }),
    tos: independent({
        '--tos': [
            1,
            (part) => {
                const tos = parseTos(valueText(part));
                return tos && { kind: 'tos', negated: isNegated(part), ...tos };
            },
        ],
    }),
    ecn: independent({
        '--ecn-tcp-cwr': [0, readEcn],
        '--ecn-tcp-ece': [0, readEcn],
        '--ecn-ip-ect': [1, readEcn],
    }),
};
/** @returns the code point of a number or of a class name (`EF`, `AF31`, `CS6`, `BE`), or null. */
export function parseDscp(text) {
    const name = text.toUpperCase();
    if (name === 'BE')
        return 0;
    if (name === 'EF')
        return 46;
    const selector = /^CS([0-7])$/.exec(name);
    if (selector !== null)
        return Number(selector[1]) * 8;
    const assured = /^AF([1-4])([1-3])$/.exec(name);
    if (assured !== null)
        return Number(assured[1]) * 8 + Number(assured[2]) * 2;
    return parseUnsigned(text, 63);
}
/** @returns value and mask; a name stands for its bits under mask 0x3f (tos_values.c of iptables). */
export function parseTos(text) {
    const named = TOS_NAMES.get(text.toLowerCase());
    return named === undefined ? parseMasked(text, 255) : { value: named, mask: 0x3f };
}
function ttl(operator) {
    return (part) => {
        const value = parseUnsigned(valueText(part), 255);
        return value === null ? null : { kind: 'ttl', negated: isNegated(part), operator, value };
    };
}
function readDscp(part) {
    const value = parseDscp(valueText(part));
    return value === null ? null : { kind: 'dscp', negated: isNegated(part), value };
}
function readEcn(part) {
    const text = [part.flag.text, ...part.values.map((value) => value.text)].join(' ');
    return { kind: 'ecn', negated: isNegated(part), text };
}
