import { independent, isNegated, valueText } from './extension.js';
import { parseRange, parseUnsigned } from './values.js';
/** Names of libxt_icmp.h of iptables 1.8.9: type, and first and last code where not all of them. */
const NAMES = {
    4: {
        any: [255],
        'echo-reply': [0],
        pong: [0],
        'destination-unreachable': [3],
        'network-unreachable': [3, 0],
        'host-unreachable': [3, 1],
        'protocol-unreachable': [3, 2],
        'port-unreachable': [3, 3],
        'fragmentation-needed': [3, 4],
        'source-route-failed': [3, 5],
        'network-unknown': [3, 6],
        'host-unknown': [3, 7],
        'network-prohibited': [3, 9],
        'host-prohibited': [3, 10],
        'tos-network-unreachable': [3, 11],
        'tos-host-unreachable': [3, 12],
        'communication-prohibited': [3, 13],
        'host-precedence-violation': [3, 14],
        'precedence-cutoff': [3, 15],
        'source-quench': [4],
        redirect: [5],
        'network-redirect': [5, 0],
        'host-redirect': [5, 1],
        'tos-network-redirect': [5, 2],
        'tos-host-redirect': [5, 3],
        'echo-request': [8],
        ping: [8],
        'router-advertisement': [9],
        'router-solicitation': [10],
        'time-exceeded': [11],
        'ttl-exceeded': [11],
        'ttl-zero-during-transit': [11, 0],
        'ttl-zero-during-reassembly': [11, 1],
        'parameter-problem': [12],
        'ip-header-bad': [12, 0],
        'required-option-missing': [12, 1],
        'timestamp-request': [13],
        'timestamp-reply': [14],
        'address-mask-request': [17],
        'address-mask-reply': [18],
    },
    6: {
        'destination-unreachable': [1],
        'no-route': [1, 0],
        'communication-prohibited': [1, 1],
        'beyond-scope': [1, 2],
        'address-unreachable': [1, 3],
        'port-unreachable': [1, 4],
        'failed-policy': [1, 5],
        'reject-route': [1, 6],
        'packet-too-big': [2],
        'time-exceeded': [3],
        'ttl-exceeded': [3],
        'ttl-zero-during-transit': [3, 0],
        'ttl-zero-during-reassembly': [3, 1],
        'parameter-problem': [4],
        'bad-header': [4, 0],
        'unknown-header-type': [4, 1],
        'unknown-option': [4, 2],
        'echo-request': [128],
        ping: [128],
        'echo-reply': [129],
        pong: [129],
        'mld-listener-query': [130],
        'mld-listener-report': [131],
        'mld-listener-done': [132],
        'mld-listener-reduction': [132],
        'router-solicitation': [133],
        'router-advertisement': [134],
        'neighbour-solicitation': [135],
        'neighbor-solicitation': [135],
        'neighbour-advertisement': [136],
        'neighbor-advertisement': [136],
        redirect: [137],
    },
};
const ALL_CODES = { from: 0, to: 255 };
/**
 * Reads `8`, `3/4`, `3/0-4` or a name.
 * @param version 4 for `-m icmp`, 6 for `-m icmp6`; both have types of the same name.
 * @returns the type, 255 with all codes for `any` (IPv4 only), or null.
 */
export function parseIcmpType(text, version) {
    const names = NAMES[version];
    const name = text.toLowerCase();
    const known = Object.hasOwn(names, name) ? names[name] : undefined;
    if (known !== undefined) {
        const [type, code] = known;
        return { type, codes: code === undefined ? ALL_CODES : { from: code, to: code } };
    }
    const slash = text.indexOf('/');
    const type = parseUnsigned(slash < 0 ? text : text.slice(0, slash), 255);
    const codes = slash < 0 ? ALL_CODES : parseRange(text.slice(slash + 1), 255, '-');
    return type === null || codes === null ? null : { type, codes };
}
/** `-m icmp` and `-m icmp6`. */
export const icmpModules = {
    icmp: independent({ '--icmp-type': [1, reader(4)] }),
    icmp6: independent({ '--icmpv6-type': [1, reader(6)] }),
};
function reader(version) {
    return (part) => {
        const read = parseIcmpType(valueText(part), version);
        // Only IPv4 has an `any`; for ICMPv6 the kernel takes 255 as the type it is (icmp6_type_code_match).
        if (read === null || (version === 6 && read.type === 255))
            return null;
        return { kind: 'icmp-type', negated: isNegated(part), version, ...read };
    };
}
