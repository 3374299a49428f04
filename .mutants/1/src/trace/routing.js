import { isLocalAddress } from '../host/local-addresses.js';
import { routeTables } from '../host/route-tables.js';
import { sourceForOutput } from '../host/source-address.js';
import { forwards, interfaceSwitch } from '../host/sysctl.js';
import { changed, turned } from './branch.js';
import { acrossBridge, bridgedOrNot, turnedBack } from './bridged-routing.js';
import { choose } from './choose.js';
import { assume } from './context.js';
import { redirected } from './icmp-redirect.js';
import { lookUp, UNBOUND } from './look-up-route.js';
import { isMulticast, toGroup } from './multicast.js';
import { senderOf } from './packet.js';
import { confinedSource, foreignSource, forwardingOff, frameForMany, loopbackSource, notDelivered, refused, tooManyHops, } from './route-endings.js';
import { asSent, sentRoutes } from './sent-route.js';
import { isCheckedFirst, refusedSource } from './source-check.js';
/** The routing decision for a packet that came in, after PREROUTING: ip_route_input (net/ipv4/route.c), ip6_route_input. */
export function routeInput(branch, context) {
    const { state } = branch;
    const { host } = context.world;
    if (state.destinationLocal === true)
        return checked(deliver(branch), null, context);
    if (isMulticast(state.destination))
        return delivered(toGroup(branch, context), context);
    const bridged = acrossBridge(branch, context);
    if (bridged !== null)
        return bridged;
    if (host.routes[state.family] === null)
        return checked(withoutRoutes(branch, context), null, context).map(oneHopLess);
    // Frames of a bridge come to ip6_rcv_core after PREROUTING, and to routing after that.
    const late = state.family === 'ipv6' ? refusedOnceUp(branch, context) : null;
    if (late !== null)
        return [{ kind: 'ended', ending: late }];
    const answer = lookUp(branch, context, state.source.address, state.inInterface ?? null);
    if (answer.kind === 'unknown') {
        assume(context, { code: 'route-unknown', why: answer.why });
        return [oneHopLess(withoutRoutes(branch, context))];
    }
    if (answer.kind !== 'route') {
        // A node that does not forward says nothing of routes it lacks (ip_error).
        const silent = state.family === 'ipv4' ? forwardingOff(branch, context) : null;
        return [{ kind: 'ended', ending: silent ?? refused(branch, answer, 'forward') }];
    }
    if (answer.type !== 'unicast') {
        const on = passedBroadcast(branch, answer, context);
        return on === null ? checked(deliver(branch), null, context) : forwarded(branch, on, context);
    }
    return forwarded(branch, answer, context);
}
function forwarded(branch, answer, context) {
    const { state } = branch;
    const off = forwardingOff(branch, context) ?? frameForMany(branch);
    if (off !== null)
        return [{ kind: 'ended', ending: off }];
    if (state.takenOver)
        return [{ kind: 'ended', ending: notDelivered(branch) }];
    return ways(branch, answer, 'route', context.questions).flatMap((way) => turnedBack(redirected(bridgedOrNot(way, context), context), context)
        .flatMap((routed) => checked(routed, way.state.route?.device ?? null, context))
        .map(oneHopLess));
}
function refusedOnceUp(branch, context) {
    return isCheckedFirst(branch, context) ? null : refusedSource(branch, null, context);
}
/** A broadcast of another network's is routed on where both switches say so (ip_route_input_slow: IN_DEV_BFORWARD). */
function passedBroadcast({ state }, answer, { world: { host } }) {
    const device = answer.route?.nextHops[0]?.device ?? null;
    if (answer.type !== 'broadcast' || device === null || typeof state.inInterface !== 'string')
        return null;
    const on = interfaceSwitch(host, state.family, 'bc_forwarding', state.inInterface, 'and') === 1;
    return on ? { ...answer, device } : null;
}
function delivered({ taken, dropped }, context) {
    const ended = dropped === null ? [] : [{ kind: 'ended', ending: dropped }];
    return taken === null ? ended : [...ended, ...checked(deliver(taken), null, context)];
}
/** The hop limit is counted down before FORWARD sees the packet (ip_forward, ip6_forward); a bridge does not count. */
function oneHopLess(routed) {
    if (routed.kind !== 'forward')
        return routed;
    const { ttl, bridged } = routed.branch.state;
    if (bridged === true)
        return routed;
    const confined = confinedSource(routed.branch);
    if (ttl === null || ttl > 1)
        if (confined !== null)
            return { kind: 'ended', ending: confined };
    if (ttl === null)
        return routed;
    if (bridged === null)
        return { ...routed, branch: changed(routed.branch, { ttl: null }) };
    return ttl > 1
        ? { ...routed, branch: changed(routed.branch, { ttl: ttl - 1 }) }
        : { kind: 'ended', ending: tooManyHops(routed.branch) };
}
/** The first routing decision of a packet of the node, before OUTPUT: it also chooses the source where none is bound. */
export function routeOutput(start, context) {
    const branch = toItself(start);
    const { state } = branch;
    const { host } = context.world;
    if (staysHere(branch, context)) {
        return [toLoopback(changed(branch, { source: senderOf(ownSource(branch, context)) }), 'route')];
    }
    if (host.routes[state.family] === null) {
        missingRoutes(context);
        return [{ kind: 'forward', branch: changed(branch, { outInterface: undefined, route: null }) }];
    }
    return outputRoutes(branch, context, 'route');
}
/**
 * A process that connects to 0.0.0.0 reaches its own node: at the address it is bound to, or at 127.0.0.1
 * (ip_route_output_key_hash_rcu). `::` is taken for ::1 (tcp_v6_connect, __ip6_datagram_connect).
 */
function toItself(branch) {
    const { family, destination, source } = branch.state;
    if (destination.value !== 0n)
        return branch;
    const loopback = { family, value: family === 'ipv4' ? 0x7f000001n : 1n };
    return changed(branch, { destination: family === 'ipv4' ? (source.address ?? loopback) : loopback });
}
/** The source of a packet to the node's own address: that address, unless its route names another (a second address of a link). */
function ownSource(branch, context) {
    const { source, destination, family } = branch.state;
    if (source.address !== null)
        return source.address;
    const { host } = context.world;
    if (host.routes[family] === null)
        return destination;
    const answer = lookUp(branch, context, UNBOUND[family], 'lo');
    return (answer.kind === 'route' ? sourceForOutput(host, answer, destination) : null) ?? destination;
}
/**
 * Whether a packet of the node to this destination stays on it, without a look-up: table local is asked first, unless the
 * policy rules say otherwise (Cilium moves its rule behind others).
 */
function staysHere({ state }, { world: { host } }) {
    const { family, destination, destinationLocal } = state;
    if (!routeTables(host, family).localFirst && host.routes[family] !== null)
        return false;
    return (destinationLocal ?? isLocalAddress(host, destination)) === true;
}
/** A second decision after mangle or nat changed what the first one rested on: ip_route_me_harder, ip6_route_me_harder. */
export function reroute(branch, context) {
    const { state } = branch;
    const { host } = context.world;
    if (staysHere(branch, context))
        return [toLoopback(branch, 'reroute')];
    if (host.routes[state.family] === null) {
        missingRoutes(context);
        return [{ kind: 'forward', branch: changed(branch, { route: null }) }];
    }
    return outputRoutes(branch, context, 'reroute');
}
function outputRoutes(branch, context, turn) {
    const sent = turn === 'route'
        ? sentRoutes(branch, context)
        : [{ branch, answer: asSent(branch, context), source: branch.state.source.address }];
    return sent.flatMap((one) => alongRoute(one, context, turn));
}
function alongRoute({ branch, answer, source: chosen, foreign }, context, turn) {
    const { state } = branch;
    const source = chosen === null ? state.source : senderOf(chosen);
    if (answer.kind === 'unknown') {
        assume(context, { code: 'route-unknown', why: answer.why });
        return [{ kind: 'forward', branch: changed(branch, { route: null }) }];
    }
    if (answer.kind !== 'route')
        return [{ kind: 'ended', ending: refused(branch, answer, turn) }];
    if (foreign === true && chosen !== null)
        return [{ kind: 'ended', ending: foreignSource(branch, chosen) }];
    if (answer.type === 'local')
        return [toLoopback(changed(branch, { source }), turn)];
    return ways(branch, answer, turn, context.questions).map((way) => {
        const martian = loopbackSource(way, turn, context);
        if (martian !== null)
            return { kind: 'ended', ending: martian };
        // The hooks of OUTPUT keep seeing the first decision's device; only POSTROUTING sees the new one.
        if (turn === 'reroute')
            return { kind: 'forward', branch: way };
        return { kind: 'forward', branch: changed(way, { source, outInterface: way.state.route?.device }) };
    });
}
/** One branch for each next hop of a multipath route: the kernel picks by a hash of the flow. */
function ways(branch, answer, turn, questions) {
    const hops = [{ device: answer.device, gateway: answer.gateway }, ...answer.alternatives];
    const { destination } = branch.state;
    const choices = hops.map((hop) => {
        const route = { destination, device: hop.device, gateway: hop.gateway, table: answer.table };
        return { value: route, question: { code: 'multipath', route } };
    });
    return choose(branch, choices, questions).map(({ branch: way, value: taken }) => {
        const route = { device: taken.device ?? undefined, gateway: taken.gateway, local: false };
        return turned(changed(way, { route }), turn, { fact: 'routed', route: taken });
    });
}
function deliver(branch) {
    const routed = changed(branch, { route: { device: 'lo', gateway: null, local: true } });
    const { destination } = branch.state;
    return { kind: 'local', branch: turned(routed, 'route', { fact: 'delivered', destination }) };
}
function toLoopback(branch, turn) {
    const routed = changed(branch, {
        route: { device: 'lo', gateway: null, local: true },
        ...(turn === 'route' ? { outInterface: 'lo' } : {}),
    });
    const { destination } = branch.state;
    return { kind: 'local', branch: turned(routed, turn, { fact: 'to-loopback', destination }) };
}
/** Without routes: the node's own addresses may be known from elsewhere; anything else is taken for another machine's. */
function withoutRoutes(branch, context) {
    const { state } = branch;
    const local = state.destinationLocal ?? isLocalAddress(context.world.host, state.destination);
    if (local === true)
        return deliver(branch);
    missingRoutes(context);
    if (local === null) {
        // One assumption for all endpoints.
        const address = state.connection?.dnat === true ? null : state.destination;
        assume(context, { code: 'destination-not-local', address });
    }
    const device = typeof state.inInterface === 'string' ? state.inInterface : 'all';
    if (forwards(context.world.host, state.family, device) === false) {
        const off = forwardingOff(branch, context);
        if (off !== null)
            return { kind: 'ended', ending: off };
    }
    return {
        kind: 'forward',
        branch: changed(branch, { outInterface: undefined, route: null, bridged: null }),
    };
}
function missingRoutes(context) {
    assume(context, { code: 'routes-not-captured', family: context.packet.family });
}
/** The source is judged once a route is found (fib_validate_source): addresses that cannot be one, and the reverse path. */
function checked(routed, outInterface, context) {
    if (routed.kind === 'ended' || isCheckedFirst(routed.branch, context))
        return [routed];
    const ending = refusedSource(routed.branch, outInterface, context);
    return [ending === null ? routed : { kind: 'ended', ending }];
}
