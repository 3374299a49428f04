import { ADDRESS_BITS, parseAddress } from '../net/address.js';
import { maskOfLength } from '../net/prefix.js';
import { ICMP, ICMPV6, parseProtocol, TCP } from '../net/protocol.js';
import { icmpNumber } from './icmp-names.js';
/** @returns the dimensions of a set of this type, or null for a type that no known ipset has. */
export function dimensionsOf(type) {
    const [method, rest] = type.split(':');
    if (rest === undefined || (method !== 'hash' && method !== 'bitmap' && method !== 'list'))
        return null;
    const words = rest.split(',');
    return words.every(isDimension) ? words : null;
}
function isDimension(word) {
    return ['ip', 'net', 'port', 'mac', 'iface', 'mark', 'set'].includes(word);
}
/** @returns the members that an element of the dump stands for: several where it names a range of addresses. */
export function readMembers(set, dimensions, entry) {
    let lists = [[]];
    dimensions.forEach((dimension, at) => {
        const keys = readKeys(set, dimension, entry.parts[at], entry.wildcard === true);
        lists = lists.flatMap((list) => keys.map((key) => [...list, key]));
    });
    return lists.map((keys) => ({ keys, nomatch: entry.nomatch }));
}
function readKeys(set, dimension, part, wildcard) {
    if (part === undefined)
        return [{ kind: dimension === 'mac' ? 'any' : 'unreadable' }];
    switch (dimension) {
        case 'ip':
        case 'net':
            return readAddresses(part, set.family);
        case 'port':
            return [set.type === 'bitmap:port' ? readPlainPort(part) : readPort(part)];
        case 'mac':
            return [{ kind: 'mac', mac: part.toLowerCase() }];
        case 'iface': {
            const physdev = part.startsWith('physdev:');
            return [{ kind: 'iface', name: physdev ? part.slice(8) : part, physdev, wildcard }];
        }
        case 'mark':
            return /^(0x[0-9a-fA-F]+|\d+)$/.test(part)
                ? [{ kind: 'mark', mark: Number(part) }]
                : [{ kind: 'unreadable' }];
        case 'set':
            return [{ kind: 'set', name: part }];
        default: {
            const unhandled = dimension;
            return unhandled;
        }
    }
}
/** Reads `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, and `0/0` for everything. */
function readAddresses(text, family) {
    const bits = ADDRESS_BITS[family];
    const [first = '', last] = text.split('-');
    const [addressText = '', lengthText] = first.split('/');
    const address = parseAddress(addressText === '0' ? '0.0.0.0' : addressText);
    const length = lengthText === undefined ? bits : /^\d+$/.test(lengthText) ? Number(lengthText) : bits + 1;
    if (address === null || length > bits || (address.family !== family && length !== 0)) {
        return [{ kind: 'unreadable' }];
    }
    if (last === undefined) {
        return [{ kind: 'address', value: address.value & maskOfLength(family, length), length }];
    }
    const end = parseAddress(last);
    if (end === null || end.family !== family)
        return [{ kind: 'unreadable' }];
    return coverRange(address, end, bits);
}
/** Splits a range into prefixes as ipset itself does (`ip_set_range_to_cidr`). */
function coverRange(first, last, bits) {
    const keys = [];
    let [from, to] = [first.value, last.value];
    if (from > to)
        [from, to] = [to, from];
    while (from <= to) {
        let free = 0;
        while (free < bits) {
            const size = 1n << BigInt(free + 1);
            if (from % size !== 0n || from + size - 1n > to)
                break;
            free++;
        }
        keys.push({ kind: 'address', value: from, length: bits - free });
        from += 1n << BigInt(free);
    }
    return keys;
}
function readPlainPort(text) {
    const [from, to] = numberRange(text.slice(text.indexOf(':') + 1));
    return from === null ? { kind: 'unreadable' } : { kind: 'port', protocol: TCP, from, to };
}
/** Reads `80`, `80-90`, `udp:53`, `icmp:8/0`, `icmp:echo-request`, `gre:0`; without a protocol it is TCP. */
function readPort(text) {
    const colon = text.indexOf(':');
    const protocol = colon < 0 ? TCP : parseProtocol(text.slice(0, colon));
    const value = text.slice(colon + 1);
    if (protocol === null)
        return { kind: 'unreadable' };
    if ((protocol === ICMP || protocol === ICMPV6) && !/^\d+$/.test(value)) {
        const number = icmpNumber(value, protocol === ICMP ? 4 : 6);
        return number === null ? { kind: 'unreadable' } : { kind: 'port', protocol, from: number, to: number };
    }
    const [from, to] = numberRange(value);
    return from === null ? { kind: 'unreadable' } : { kind: 'port', protocol, from, to };
}
function numberRange(text) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
    if (match === null)
        return [null, null];
    const from = Number(match[1]);
    return [from, match[2] === undefined ? from : Number(match[2])];
}
