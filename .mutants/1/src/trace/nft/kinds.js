import { dictionary } from '../../lookup/dictionary.js';
const META = dictionary({
    l4proto: 'protocol',
    nfproto: 'nfproto',
    protocol: 'ethertype',
    mark: 'mark',
    iif: 'device',
    iifname: 'device',
    oif: 'device',
    oifname: 'device',
    ibrname: 'device',
    obrname: 'device',
    sdif: 'device',
    sdifname: 'device',
    iifkind: 'text',
    oifkind: 'text',
    iiftype: 'device-type',
    oiftype: 'device-type',
    iifgroup: 'group',
    oifgroup: 'group',
    skuid: 'user',
    skgid: 'user',
    pkttype: 'pkttype',
    length: 'number',
    random: 'number',
});
const CT = dictionary({
    state: 'ct-state',
    status: 'ct-status',
    direction: 'ct-direction',
    mark: 'mark',
    zone: 'number',
    protocol: 'protocol',
    l3proto: 'nfproto',
    'proto-src': 'port',
    'proto-dst': 'port',
    'ip saddr': 'ipv4',
    'ip daddr': 'ipv4',
    'ip6 saddr': 'ipv6',
    'ip6 daddr': 'ipv6',
    helper: 'text',
    expiration: 'number',
    bytes: 'number',
    packets: 'number',
    avgpkt: 'number',
});
const PAYLOAD = dictionary({
    'ip saddr': 'ipv4',
    'ip daddr': 'ipv4',
    'ip6 saddr': 'ipv6',
    'ip6 daddr': 'ipv6',
    'ip protocol': 'protocol',
    'ip6 nexthdr': 'protocol',
    'ip dscp': 'dscp',
    'ip6 dscp': 'dscp',
    'ip ecn': 'ecn',
    'ip6 ecn': 'ecn',
    'tcp flags': 'tcp-flags',
    'icmp type': 'icmp-type',
    'icmp code': 'icmp-code',
    'icmpv6 type': 'icmpv6-type',
    'icmpv6 code': 'icmpv6-code',
    'ether type': 'ethertype',
});
/** @returns what an expression yields. */
export function kindOf(expression) {
    switch (expression.kind) {
        case 'binary':
            return kindOf(expression.left);
        case 'numgen':
        case 'raw-payload':
        case 'header-option':
            return 'number';
        case 'meta':
        case 'ct':
        case 'payload':
        case 'fib':
        case 'rt':
            return kindOfField(expression);
        default:
            return 'other';
    }
}
function kindOfField(field) {
    switch (field.kind) {
        case 'meta':
            return META[field.key] ?? 'other';
        case 'ct':
            return CT[field.key] ?? 'other';
        case 'payload':
            if (field.field === 'sport' || field.field === 'dport')
                return 'port';
            return PAYLOAD[`${field.protocol} ${field.field}`] ?? 'number';
        case 'fib':
            return field.result === 'type' ? 'fib-type' : 'device';
        case 'rt':
            if (field.key === 'nexthop')
                return field.family === 'ip6' ? 'ipv6' : 'ipv4';
            return 'number';
        default:
            return 'other';
    }
}
/** @returns the kinds of a key's parts. */
export function kindsOf(key) {
    return key.kind === 'concat' ? key.parts.map(kindOf) : [kindOf(key)];
}
