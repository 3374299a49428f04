import { findRoute } from '../host/find-route.js';
import { sysctlNumber } from '../host/sysctl.js';
import { bridgeShown } from './bridge.js';
import { UNBOUND } from './look-up-route.js';
/**
 * A refusal that its sender never gets to know. The node routes its answer like a packet of its own: without a route nobody
 * gets it (icmp_route_lookup, icmpv6_route_lookup, ip_route_me_harder). A reset to what came over a port of a bridge is put
 * on that port as it is, so that nobody takes DNAT back, and the client ignores it (nf_send_reset: nf_bridge_info_exists).
 */
export function unlessUnsent(ending, context) {
    const { verdict, rejectWith, branch } = ending;
    if (verdict !== 'reject' || rejectWith === null || branch.state.fromNode)
        return ending;
    const because = unsent(ending, rejectWith === 'tcp-reset', context);
    if (because === null)
        return ending;
    const reason = { code: 'answer-unsent', with: rejectWith, because };
    return { ...ending, verdict: 'drop', reason, rejectWith: null };
}
function unsent({ branch: { state } }, isReset, { world: { host } }) {
    const { family, source, destination, connection, inInterface, arrivedBy } = state;
    const device = arrivedBy ?? inInterface;
    if (isReset && connection?.dnat === true && bridgeShown(host, family, device) === true)
        return 'not-translated';
    if (source.address === null || host.routes[family] === null)
        return null;
    const back = findRoute(host, {
        family,
        destination: source.address,
        source: isReset || state.route?.local === true ? destination : UNBOUND[family],
        // The answer carries the packet's mark only where it is told to (IP4_REPLY_MARK, IP6_REPLY_MARK).
        mark: sysctlNumber(host, `net.${family}.fwmark_reflect`) === 1 ? state.mark : 0,
        inInterface: 'lo',
        outInterface: null,
        protocol: null,
        sourcePort: null,
        destinationPort: null,
        uid: 0,
    });
    return back.kind === 'route' || back.kind === 'unknown' ? null : 'no-route';
}
