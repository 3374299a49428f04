import { parseProtocol } from '../../net/protocol.js';
/** Bits of `ct state` (NF_CT_STATE_BIT, include/uapi/linux/netfilter/nf_conntrack_common.h). */
export const CT_STATES = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 };
/** Bits of `ct status` (enum ip_conntrack_status). */
export const CT_STATUS = {
    expected: 1,
    'seen-reply': 2,
    assured: 4,
    confirmed: 8,
    snat: 16,
    dnat: 32,
    'seq-adjust': 64,
    'snat-done': 128,
    'dnat-done': 256,
    dying: 512,
};
const TCP_FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 };
const ICMP_TYPES = {
    'echo-reply': 0,
    'destination-unreachable': 3,
    'source-quench': 4,
    redirect: 5,
    'echo-request': 8,
    'router-advertisement': 9,
    'router-solicitation': 10,
    'time-exceeded': 11,
    'parameter-problem': 12,
    'timestamp-request': 13,
    'timestamp-reply': 14,
    'info-request': 15,
    'info-reply': 16,
    'address-mask-request': 17,
    'address-mask-reply': 18,
};
const ICMPV6_TYPES = {
    'destination-unreachable': 1,
    'packet-too-big': 2,
    'time-exceeded': 3,
    'parameter-problem': 4,
    'echo-request': 128,
    'echo-reply': 129,
    'mld-listener-query': 130,
    'mld-listener-report': 131,
    'mld-listener-done': 132,
    'mld-listener-reduction': 132,
    'nd-router-solicit': 133,
    'nd-router-advert': 134,
    'nd-neighbor-solicit': 135,
    'nd-neighbor-advert': 136,
    'nd-redirect': 137,
    'router-renumbering': 138,
    'ind-neighbor-solicit': 141,
    'ind-neighbor-advert': 142,
    'mld2-listener-report': 143,
};
const ICMP_CODES = {
    'net-unreachable': 0,
    'host-unreachable': 1,
    'prot-unreachable': 2,
    'port-unreachable': 3,
    'frag-needed': 4,
    'net-prohibited': 9,
    'host-prohibited': 10,
    'admin-prohibited': 13,
};
const ICMPV6_CODES = {
    'no-route': 0,
    'admin-prohibited': 1,
    'addr-unreachable': 3,
    'port-unreachable': 4,
    'policy-fail': 5,
    'reject-route': 6,
};
const DSCP = {
    ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7].map((number) => [`cs${number}`, number * 8])),
    ...Object.fromEntries([1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => [`af${group}${drop}`, group * 8 + drop * 2]))),
    be: 0,
    ef: 46,
    va: 44,
    lephb: 1,
};
const NAMES = {
    nfproto: { ipv4: 2, ipv6: 10, ip: 2, ip6: 10, arp: 3, bridge: 7 },
    ethertype: { ip: 0x0800, arp: 0x0806, ip6: 0x86dd, vlan: 0x8100, '8021q': 0x8100, '8021ad': 0x88a8 },
    'ct-state': CT_STATES,
    'ct-status': CT_STATUS,
    'ct-direction': { original: 0, reply: 1 },
    'tcp-flags': TCP_FLAGS,
    'icmp-type': ICMP_TYPES,
    'icmpv6-type': ICMPV6_TYPES,
    'icmp-code': ICMP_CODES,
    'icmpv6-code': ICMPV6_CODES,
    dscp: DSCP,
    ecn: { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 },
    pkttype: { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 },
    'device-type': { ether: 1, ppp: 512, ipip: 768, ipip6: 769, loopback: 772, sit: 776, ipgre: 778 },
    'fib-type': {
        unspec: 0,
        unicast: 1,
        local: 2,
        broadcast: 3,
        anycast: 4,
        multicast: 5,
        blackhole: 6,
        unreachable: 7,
        prohibit: 8,
        throw: 9,
        nat: 10,
    },
    // Others stand in the node's /etc/iproute2/group and /etc/passwd.
    group: { default: 0 },
    user: { root: 0 },
};
/** @returns the number that a word means for values of this kind; null where it is not known here. */
export function numberOfWord(word, kind) {
    if (kind === 'protocol')
        return parseProtocol(word);
    const names = NAMES[kind];
    return names !== undefined && Object.hasOwn(names, word) ? (names[word] ?? null) : null;
}
