import { findPart, targetText, valueText } from './extension.js';
import { parseDscp } from './header.js';
import { specifiedAddress } from './nat-targets.js';
import { parseMasked, parseUnsigned } from './values.js';
/** Verdicts, and targets that change the packet without translating it. */
export const verdictTargets = {
    ACCEPT: { arity: {}, read: () => ({ kind: 'accept' }) },
    DROP: { arity: {}, read: () => ({ kind: 'drop' }) },
    RETURN: { arity: {}, read: () => ({ kind: 'return' }) },
    REJECT: {
        arity: { '--reject-with': 1 },
        read: ({ parts }, context) => {
            const part = findPart(parts, '--reject-with');
            const byDefault = context.family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
            return { kind: 'reject', with: part === null ? byDefault : valueText(part) };
        },
    },
    QUEUE: { arity: {}, read: (target) => readQueue('QUEUE', target) },
    NFQUEUE: {
        arity: { '--queue-num': 1, '--queue-balance': 1, '--queue-bypass': 0, '--queue-cpu-fanout': 0 },
        read: (target) => readQueue('NFQUEUE', target),
    },
    TPROXY: { arity: { '--on-port': 1, '--on-ip': 1, '--tproxy-mark': 1 }, read: readTproxy },
    SYNPROXY: {
        arity: { '--sack-perm': 0, '--timestamp': 0, '--wscale': 1, '--mss': 1, '--ecn': 0 },
        read: () => ({ kind: 'synproxy' }),
    },
    NOTRACK: { arity: {}, read: () => ({ kind: 'notrack' }) },
    CT: {
        arity: {
            '--notrack': 0,
            '--helper': 1,
            '--timeout': 1,
            '--ctevents': 1,
            '--expevents': 1,
            '--zone': 1,
            '--zone-orig': 1,
            '--zone-reply': 1,
        },
        read: readCt,
    },
    DSCP: {
        arity: { '--set-dscp': 1, '--set-dscp-class': 1 },
        read: ({ parts }) => {
            const value = parseDscp(firstValue(parts));
            return value === null ? null : { kind: 'dscp', value };
        },
    },
    TTL: { arity: ttlArity('--ttl'), read: readTtl },
    HL: { arity: ttlArity('--hl'), read: readTtl },
    HMARK: {
        arity: {
            '--hmark-tuple': 1,
            '--hmark-mod': 1,
            '--hmark-offset': 1,
            '--hmark-rnd': 1,
            '--hmark-src-prefix': 1,
            '--hmark-dst-prefix': 1,
            '--hmark-sport-mask': 1,
            '--hmark-dport-mask': 1,
            '--hmark-sport': 1,
            '--hmark-dport': 1,
            '--hmark-spi-mask': 1,
            '--hmark-spi': 1,
            '--hmark-proto-mask': 1,
            '--hmark-src-mask': 1,
            '--hmark-dst-mask': 1,
        },
        read: (target) => ({ kind: 'hmark', text: targetText(target) }),
    },
};
function firstValue(parts) {
    return parts[0] === undefined ? '' : valueText(parts[0]);
}
function readQueue(name, target) {
    const bypass = findPart(target.parts, '--queue-bypass') !== null;
    return { kind: 'queue', name, bypass, text: targetText(target) };
}
/** `--on-ip` unspecified stands for the address of the incoming interface; the mask is 0 where no mark is given. */
function readTproxy({ parts }) {
    const portPart = findPart(parts, '--on-port');
    const ipPart = findPart(parts, '--on-ip');
    const markPart = findPart(parts, '--tproxy-mark');
    const onPort = portPart === null ? 0 : parseUnsigned(valueText(portPart), 65535);
    const onIp = specifiedAddress(ipPart === null ? null : valueText(ipPart));
    const masked = markPart === null ? { value: 0, mask: 0 } : parseMasked(valueText(markPart));
    if (onPort === null || onIp === undefined || masked === null)
        return null;
    return { kind: 'tproxy', onIp, onPort, mark: masked.value, mask: masked.mask };
}
function readCt(target) {
    const { parts } = target;
    if (findPart(parts, '--notrack') !== null)
        return { kind: 'notrack' };
    const option = findPart(parts, '--zone', '--zone-orig', '--zone-reply');
    const zone = option === null ? 0 : readZone(valueText(option));
    const side = option?.flag.text;
    return {
        kind: 'ct',
        original: side === '--zone-reply' ? 0 : zone,
        reply: side === '--zone-orig' ? 0 : zone,
        text: targetText(target),
    };
}
function readZone(text) {
    return text === 'mark' ? text : parseUnsigned(text, 65535);
}
function ttlArity(prefix) {
    return { [`${prefix}-set`]: 1, [`${prefix}-inc`]: 1, [`${prefix}-dec`]: 1 };
}
function readTtl({ parts }) {
    const [part] = parts;
    if (part === undefined || parts.length !== 1)
        return null;
    const value = parseUnsigned(valueText(part), 255);
    const word = part.flag.text.split('-').at(-1);
    if (value === null || (word !== 'set' && word !== 'inc' && word !== 'dec'))
        return null;
    return { kind: 'ttl', operator: word, value };
}
