import { ICMP, ICMPV6 } from '../net/protocol.js';
import { senderOf } from './packet.js';
/** @returns the state of the packet as it meets the first hook: conntrack has not seen it yet. */
export function initialState(packet) {
    return {
        family: packet.family,
        protocol: packet.protocol,
        source: packet.source,
        sourcePort: packet.sourcePort,
        destination: packet.destination,
        destinationPort: packet.destinationPort,
        destinationLocal: packet.destinationIsLocal ? true : null,
        icmp: packet.icmp,
        tcpFlags: packet.header?.tcpFlags ?? (packet.protocol === 6 && packet.state === 'NEW' ? SYN : null),
        tos: packet.header?.tos === undefined ? { bits: 0, known: 0 } : { bits: packet.header.tos, known: 0xff },
        ttl: packet.header?.ttl ?? null,
        length: packet.header?.length ?? null,
        segmentSizeSet: false,
        mark: packet.mark,
        inInterface: packet.entersAt === 'OUTPUT' ? null : packet.inInterface,
        outInterface: null,
        inPort: packet.inPort,
        balancedBy: null,
        takenOver: false,
        frame: frameOf(packet),
        fromNode: packet.entersAt === 'OUTPUT',
        userId: packet.header?.userId ?? null,
        bridged: false,
        connection: null,
        untracked: null,
        route: null,
        sourceRewrite: 'none',
        recentLists: [],
        setChanges: [],
        zones: null,
    };
}
/** @returns the TOS that policy rules and routes compare (DSCP and the bits beside ECN), for a look-up; empty where not all of it is known. */
export function knownTos({ tos }) {
    return (tos.known & 0xfc) === 0xfc ? { tos: tos.bits } : {};
}
/** A packet of the node carries the type of a new one, which is unicast, whatever its destination. */
function frameOf({ entersAt, destination: { family, value } }) {
    if (entersAt === 'OUTPUT')
        return 'unicast';
    if (family === 'ipv6')
        return value >> 120n === 0xffn ? 'multicast' : 'unicast';
    return value === 0xffffffffn ? 'broadcast' : value >> 28n === 0xen ? 'multicast' : 'unicast';
}
/** The SYN bit of the TCP header: all that the first packet of a connection carries. */
const SYN = 2;
/** @returns the connection that conntrack opens for the packet, or takes for granted where the question says that there is one. */
export function openConnection(state, as) {
    const established = as === 'ESTABLISHED';
    const quoted = as === 'RELATED' && (state.protocol === ICMP || state.protocol === ICMPV6);
    return {
        state: as,
        direction: quoted ? null : 'ORIGINAL',
        quoted,
        // A related connection takes over its master's mark (init_conntrack).
        mark: as === 'NEW' ? 0 : null,
        originalSource: state.source,
        originalSourcePort: state.sourcePort,
        originalDestination: state.destination,
        originalDestinationPort: state.destinationPort,
        replySource: state.destination,
        replySourcePort: state.destinationPort,
        replyDestination: state.source,
        replyDestinationPort: state.sourcePort,
        dnat: false,
        snat: false,
        destinationDecided: established,
        sourceDecided: established,
        seenReply: quoted ? null : established,
        assured: established || quoted ? null : false,
        confirmed: established || quoted,
        fromCapture: false,
    };
}
/**
 * The connection that matches see. Between a CT rule and connection tracking the packet carries the rule's template
 * (xt_ct_target: `nf_ct_set(skb, ct, IP_CT_NEW)`), which they take for a connection: new, confirmed, of protocol 0, from
 * and to no address. All packets share it, so its mark may be what another packet left there.
 */
export function shownConnection(state) {
    if (state.connection !== null || state.zones === null)
        return state.connection;
    const nowhere = { family: state.family, value: 0n };
    return {
        ...openConnection(state, 'NEW'),
        mark: null,
        originalSource: senderOf(nowhere),
        originalSourcePort: 0,
        originalDestination: nowhere,
        originalDestinationPort: 0,
        replySource: nowhere,
        replySourcePort: 0,
        replyDestination: senderOf(nowhere),
        replyDestinationPort: 0,
        confirmed: true,
    };
}
