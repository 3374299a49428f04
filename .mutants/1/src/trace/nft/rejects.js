import { dictionary } from '../../lookup/dictionary.js';
/** What `icmpx` sends in each family (nft_reject_icmp_code, nft_reject_icmpv6_code). */
const ICMPX = dictionary({
    'no-route': { ipv4: 'icmp-net-unreachable', ipv6: 'icmp6-no-route' },
    'port-unreachable': { ipv4: 'icmp-port-unreachable', ipv6: 'icmp6-port-unreachable' },
    'host-unreachable': { ipv4: 'icmp-host-unreachable', ipv6: 'icmp6-addr-unreachable' },
    'admin-prohibited': { ipv4: 'icmp-admin-prohibited', ipv6: 'icmp6-adm-prohibited' },
});
/** Names that iptables has for the codes of ICMPv6. */
const ICMPV6 = dictionary({
    'admin-prohibited': 'icmp6-adm-prohibited',
    'addr-unreachable': 'icmp6-addr-unreachable',
});
const ICMP = dictionary({ 'prot-unreachable': 'icmp-proto-unreachable' });
/** @returns what the sender gets, by the name that iptables has for it: `icmp-port-unreachable`, `tcp-reset`. */
export function rejectName(type, code, family) {
    if (type === 'tcp reset')
        return 'tcp-reset';
    const word = code ?? 'port-unreachable';
    if (type === null || type === 'icmpx')
        return ICMPX[word]?.[family] ?? `icmpx-${word}`;
    if (type === 'icmpv6')
        return ICMPV6[word] ?? `icmp6-${word}`;
    return ICMP[word] ?? `icmp-${word}`;
}
