import { ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../net/protocol.js';
import { setIndex } from './set-index.js';
/**
 * Tests a packet against a set as `ip_set_test` does (net/netfilter/ipset). Elements with a timeout are as of the capture.
 * A packet of the other family, or a rule with fewer directions than the set has dimensions, never matches.
 */
export function testSet(host, name, element) {
    const { ipsets } = host;
    if (ipsets === null) {
        return unknown({ code: 'ipset-not-captured', set: name });
    }
    const set = ipsets.get(name);
    if (set === undefined) {
        return unknown({ code: 'ipset-missing', set: name });
    }
    return set.type === 'list:set' ? testList(host, set, element) : testOne(set, element);
}
/** A list holds what one of its sets holds; dimensions and family are asked of each (`list_set_ktest`). */
function testList(host, list, element) {
    if (element.directions.length < 1)
        return NO;
    let open = null;
    for (const entry of list.entries) {
        const name = entry.parts[0] ?? '';
        const member = host.ipsets?.get(name);
        const answer = member === undefined
            ? unknown({ code: 'ipset-missing', set: name })
            : member.type === 'list:set'
                ? NO
                : testOne(member, element);
        if (answer.answer === 'yes')
            return YES;
        if (answer.answer === 'unknown')
            open ??= answer;
    }
    return open ?? (list.incomplete === true ? notWhole(list.name) : NO);
}
function testOne(set, element) {
    const index = setIndex(set);
    if (index === null) {
        return unknown({ code: 'ipset-type', set: set.name, type: set.type });
    }
    if (element.directions.length < index.dimensions.length)
        return NO;
    const anyFamily = set.type === 'bitmap:port' || set.type === 'hash:mac';
    if (!anyFamily && set.family !== element.family)
        return NO;
    const result = decide(index, set, element);
    // A missing member may be a smaller network with `nomatch`.
    if (set.incomplete === true && (result !== 'yes' || index.dimensions.includes('net'))) {
        return notWhole(set.name);
    }
    if (result === 'yes')
        return YES;
    if (result === 'no')
        return NO;
    return unknown({ code: 'ipset-element', set: set.name, fields: missing(index, element) });
}
/**
 * The most specific networks are tried first, and the first element found decides, be it a `nomatch` one
 * (`mtype_test_cidrs`). An element that might match leaves both ways open.
 */
function decide(index, set, element) {
    const address = maskedAddress(index, element, 0);
    const groups = new Map();
    const floor = set.type === 'hash:net,iface' && address !== null ? floorRank(index, address) : 0;
    for (const member of index.candidates(address)) {
        const match = matchMember(index, set, member, element);
        const rank = rankOf(index, member);
        if (match === 'no' || rank < floor)
            continue;
        const group = groups.get(rank) ?? [];
        group.push({ member, sure: match === 'yes' });
        groups.set(rank, group);
    }
    const possible = new Set();
    for (const rank of [...groups.keys()].sort((a, b) => b - a)) {
        const group = groups.get(rank) ?? [];
        for (const { member } of group) {
            possible.add(member.nomatch === (element.returnNomatch ?? false) ? 'yes' : 'no');
        }
        if (group.some(({ sure }) => sure))
            return only(possible);
    }
    possible.add('no');
    return only(possible);
}
/**
 * hash:net,iface looks no further than the most specific network it holds for the address, even if no interface of that
 * network's elements is the packet's: `multi` ends the loop of `mtype_test_cidrs`.
 */
function floorRank(index, address) {
    let floor = 0;
    for (const member of index.candidates(address)) {
        const [net, iface] = member.keys;
        if (net?.kind !== 'address' || (iface?.kind === 'iface' && iface.physdev))
            continue;
        floor = Math.max(floor, rankOf(index, member));
    }
    return floor;
}
function only(possible) {
    const [first = 'no'] = possible;
    return possible.size === 1 ? first : 'unknown';
}
/** Larger for more specific networks, the first dimension before the others. */
function rankOf(index, member) {
    let rank = 0;
    member.keys.forEach((key, at) => {
        if (index.dimensions[at] === 'net' && key.kind === 'address')
            rank = rank * 256 + key.length + 1;
    });
    return rank;
}
function matchMember(index, set, member, element) {
    let result = 'yes';
    for (const [at, key] of member.keys.entries()) {
        const match = matchKey(index, set, key, at, element);
        if (match === 'no')
            return 'no';
        if (match === 'unknown')
            result = 'unknown';
    }
    return result;
}
function matchKey(index, set, key, at, element) {
    const isSource = element.directions[at] === 'src';
    switch (key.kind) {
        case 'address': {
            const value = maskedAddress(index, element, at);
            if (value === null)
                return 'unknown';
            const bits = set.family === 'ipv4' ? 32 : 128;
            const shift = BigInt(bits - key.length);
            return bool(value >> shift === key.value >> shift);
        }
        case 'port':
            return matchPort(set, key, isSource, element);
        case 'mac':
        case 'any': {
            if (index.dimensions[at] !== 'mac')
                return 'yes';
            const mac = isSource ? element.sourceMac : element.destinationMac;
            if (mac === null)
                return 'unknown';
            if (mac === '' || mac === '00:00:00:00:00:00')
                return 'no';
            return key.kind === 'any' ? 'yes' : bool(mac.toLowerCase() === key.mac);
        }
        case 'iface': {
            // iptables cannot ask for bridge ports here; what such an element does to a rule is left open.
            if (key.physdev)
                return 'unknown';
            const name = isSource ? element.inInterface : element.outInterface;
            if (name === null)
                return 'unknown';
            if (name === '')
                return 'no';
            return bool(key.wildcard ? name.startsWith(key.name) : name === key.name);
        }
        case 'mark':
            return element.mark === null ? 'unknown' : bool((element.mark & index.markMask) >>> 0 === key.mark);
        case 'set':
        case 'unreadable':
            return 'unknown';
        default: {
            const unhandled = key;
            return unhandled;
        }
    }
}
/** `ip_set_get_ip4_port`: ICMP has type and code for a port, protocols without ports have 0; bitmap:port knows TCP and UDP only. */
function matchPort(set, key, isSource, element) {
    const { protocol, icmp } = element;
    const plain = set.type === 'bitmap:port';
    if (protocol === null)
        return 'unknown';
    if (plain ? protocol !== TCP && protocol !== UDP : protocol !== key.protocol)
        return 'no';
    if (protocol === 0)
        return 'no';
    let port = 0;
    if (protocol === TCP || protocol === UDP || protocol === SCTP || protocol === UDPLITE) {
        port = isSource ? element.sourcePort : element.destinationPort;
    }
    else if (protocol === ICMP || protocol === ICMPV6) {
        port = icmp === null ? null : (icmp.type << 8) | icmp.code;
    }
    return port === null ? 'unknown' : bool(port >= key.from && port <= key.to);
}
function maskedAddress(index, element, at) {
    const dimension = index.dimensions[at];
    if (dimension !== 'ip' && dimension !== 'net')
        return null;
    const address = element.directions[at] === 'src' ? element.source : element.destination;
    return address === null ? null : address.value & index.addressMask;
}
function missing(index, element) {
    return index.dimensions.flatMap((dimension, at) => {
        const isSource = element.directions[at] === 'src';
        const side = isSource ? 'source' : 'destination';
        switch (dimension) {
            case 'ip':
            case 'net':
                return (isSource ? element.source : element.destination) === null ? [`${side}-address`] : [];
            case 'port':
                return (isSource ? element.sourcePort : element.destinationPort) === null ? [`${side}-port`] : [];
            case 'mac':
                return (isSource ? element.sourceMac : element.destinationMac) === null ? [`${side}-mac`] : [];
            case 'iface':
                return [isSource ? 'in-interface' : 'out-interface'];
            case 'mark':
                return element.mark === null ? ['mark'] : [];
            default:
                return [];
        }
    });
}
function bool(value) {
    return value ? 'yes' : 'no';
}
const YES = { answer: 'yes' };
const NO = { answer: 'no' };
function notWhole(name) {
    return unknown({ code: 'ipset-cut', set: name });
}
function unknown(why) {
    return { answer: 'unknown', why };
}
