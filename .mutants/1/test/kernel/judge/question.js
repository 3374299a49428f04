import { ICMP, ICMPV6, TCP } from '../../../src/net/protocol.js';
import { senderOf } from '../../../src/trace/packet.js';
import { NEIGHBOURS } from '../node/topology.js';
import { lengthOf } from '../node/wire.js';
/** @returns the packet as a user would describe it, with every header that the tests choose. */
export function questionOf(probe, state) {
    const { wire, from } = probe;
    const own = from === 'node';
    const sender = senderOf(wire.source);
    return {
        family: wire.family,
        protocol: wire.protocol,
        source: own && !probe.bound ? { address: null, within: [], outside: [], local: true } : sender,
        sourcePort: wire.sourcePort,
        destination: wire.destination,
        destinationIsLocal: false,
        destinationPort: wire.destinationPort,
        icmp: wire.icmp,
        entersAt: own ? 'OUTPUT' : 'PREROUTING',
        inInterface: own ? null : NEIGHBOURS[from].device,
        mark: probe.mark,
        state,
        header: {
            ttl: wire.ttl,
            tos: wire.tos,
            length: lengthOf(wire),
            ...(wire.protocol === TCP ? { tcpFlags: wire.tcpFlags } : {}),
        },
    };
}
/** @returns true for protocols whose packets have no ports. */
export function isIcmp(protocol) {
    return protocol === ICMP || protocol === ICMPV6;
}
