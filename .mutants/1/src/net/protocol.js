import { dictionary } from '../lookup/dictionary.js';
/** IP protocol numbers by the names that iptables, conntrack and Kubernetes use (IANA protocol numbers). */
const NUMBERS = dictionary({
    ip: 0,
    hopopt: 0,
    icmp: 1,
    igmp: 2,
    ipencap: 4,
    ipv4: 4,
    tcp: 6,
    egp: 8,
    igp: 9,
    udp: 17,
    dccp: 33,
    ipv6: 41,
    'ipv6-route': 43,
    'ipv6-frag': 44,
    rsvp: 46,
    gre: 47,
    esp: 50,
    ah: 51,
    'ipv6-icmp': 58,
    icmpv6: 58,
    'ipv6-nonxt': 59,
    'ipv6-opts': 60,
    ospf: 89,
    ospfigp: 89,
    ipip: 94,
    pim: 103,
    ipcomp: 108,
    vrrp: 112,
    l2tp: 115,
    sctp: 132,
    'ipv6-mh': 135,
    'mobility-header': 135,
    mh: 135,
    udplite: 136,
    mptcp: 262,
});
/** Names shown for numbers, where one number has several names. */
const NAMES = new Map([
    [0, 'ip'],
    [4, 'ipencap'],
    [41, 'ipv6'],
    [58, 'ipv6-icmp'],
    [89, 'ospf'],
    [135, 'mobility-header'],
]);
for (const [name, number] of Object.entries(NUMBERS))
    if (!NAMES.has(number))
        NAMES.set(number, name);
/** Numbers the code speaks of by name. */
export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const DCCP = 33;
export const ICMPV6 = 58;
export const SCTP = 132;
export const UDPLITE = 136;
/** @returns the number of a protocol given by name or number (any case), or null where the name is unknown here: /etc/protocols differs between hosts. */
export function parseProtocol(text) {
    if (/^\d+$/.test(text))
        return Number(text);
    return NUMBERS[text.toLowerCase()] ?? null;
}
/** @returns the usual name of a protocol number, or the number itself as text. */
export function formatProtocol(protocol) {
    return NAMES.get(protocol) ?? String(protocol);
}
/** @returns true where the protocol's header starts with source and destination port. */
export function hasPorts(protocol) {
    return (protocol === TCP || protocol === UDP || protocol === SCTP || protocol === DCCP || protocol === UDPLITE);
}
