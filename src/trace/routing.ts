import type { FoundRoute, RouteAnswer } from '../host/find-route.ts';
import { isLocalAddress } from '../host/local-addresses.ts';
import { routeTables } from '../host/route-tables.ts';
import { ownSourceWithoutRoutes, sourceForOutput } from '../host/source-address.ts';
import { forwards, interfaceSwitch } from '../host/sysctl.ts';
import type { Address } from '../net/address.ts';
import { type Branch, changed, type Ending, turned } from './branch.ts';
import { acrossBridge, bridgedOrNot, framedByBridge, perhapsBridged, turnedBack } from './bridged-routing.ts';
import { type Choice, choose } from './choose.ts';
import { assume, type TraceContext } from './context.ts';
import { redirected } from './icmp-redirect.ts';
import { lookUp, lookUpWays, UNBOUND } from './look-up-route.ts';
import { type GroupWays, isMulticast, toGroup } from './multicast.ts';
import { senderOf } from './packet.ts';
import type { Questions } from './questions.ts';
import type { RouteTaken } from './reason.ts';
import {
  cameBy,
  confinedSource,
  foreignSource,
  forwardingDevices,
  forwardingOff,
  frameForMany,
  loopbackSource,
  notDelivered,
  refused,
  toNobody,
  tooManyHops,
} from './route-endings.ts';
import type { Routed } from './routed.ts';
import { asSent, type SentRoute, sentRoutes, weightsOf } from './sent-route.ts';
import { judgedOnceUp } from './source-check.ts';
import { written } from './writes.ts';

/** The routing decision for a packet that came in, after PREROUTING: ip_route_input (net/ipv4/route.c), ip6_route_input. */
export function routeInput(start: Branch, context: TraceContext): Routed[] {
  const branch = framedByBridge(start, context);
  const { state } = branch;
  if (state.destinationLocal === true) return checked(deliver(branch), null, context);
  if (isMulticast(state.destination)) return delivered(toGroup(branch, context), context);
  const bridged = acrossBridge(branch, context);
  if (bridged !== null) return bridged;
  const routed = routeUp(branch, context);
  perhapsBridged(branch, routed, context);
  return routed;
}

/** The decision for what no bridge hands on. */
function routeUp(branch: Branch, context: TraceContext): Routed[] {
  const { state } = branch;
  const { host } = context.world;
  if (host.routes[state.family] === null)
    return withoutRoutes(branch, context)
      .flatMap((routed) => checked(routed, null, context))
      .map(oneHopLess);
  // Frames of a bridge come to ip6_rcv_core after PREROUTING, and to routing after that.
  if (state.family === 'ipv4') return lookedUp(branch, context);
  const { taken, refused } = judgedOnceUp(branch, null, context);
  return [...taken.flatMap((way) => lookedUp(way, context)), ...refused.map(endedBy)];
}

function lookedUp(branch: Branch, context: TraceContext): Routed[] {
  const { source, inInterface } = branch.state;
  return lookUpWays(branch, context, source.address, inInterface ?? null).flatMap((way) =>
    routedBy(way.branch, way.answer, context),
  );
}

function endedBy(ending: Ending): Routed {
  return { kind: 'ended', ending };
}

function routedBy(branch: Branch, answer: RouteAnswer, context: TraceContext): Routed[] {
  const { state } = branch;
  if (answer.kind === 'unknown') {
    assume(context, { code: 'route-unknown', why: answer.why });
    return withoutRoutes(branch, context).map(oneHopLess);
  }
  if (answer.kind !== 'route') {
    if (state.family === 'ipv4' && state.destination.value === 0n) return [endedBy(toNobody(branch))];
    // A node that does not forward says nothing of routes it lacks (ip_error).
    const silent = state.family === 'ipv4' ? forwardingOff(branch, cameBy(branch), context) : null;
    return [{ kind: 'ended', ending: silent ?? refused(branch, answer, 'forward') }];
  }
  if (answer.type !== 'unicast') {
    const on = passedBroadcast(branch, answer, context);
    return on === null ? checked(deliver(branch), null, context) : forwarded(branch, on, context);
  }
  return forwarded(branch, answer, context);
}

function forwarded(branch: Branch, answer: FoundRoute, context: TraceContext): Routed[] {
  const out = answer.route?.nextHops[0]?.device ?? null;
  return forwardingDevices(branch, out, context).flatMap(({ branch: start, device }) => {
    const off = forwardingOff(start, device, context) ?? frameForMany(start);
    if (off !== null) return [endedBy(off)];
    if (start.state.takenOver) return [endedBy(notDelivered(start))];
    return ways(start, answer, 'route', context.questions).flatMap((way) =>
      turnedBack(redirected(bridgedOrNot(way, context), context), context)
        .flatMap((routed) => checked(routed, way.state.route?.device ?? null, context))
        .map(oneHopLess),
    );
  });
}

/** A broadcast of another network's is routed on where both switches say so (ip_route_input_slow: IN_DEV_BFORWARD). */
function passedBroadcast(
  { state }: Branch,
  answer: FoundRoute,
  { world: { host } }: TraceContext,
): FoundRoute | null {
  const device = answer.route?.nextHops[0]?.device ?? null;
  if (answer.type !== 'broadcast' || device === null || typeof state.inInterface !== 'string') return null;
  const on = interfaceSwitch(host, state.family, 'bc_forwarding', state.inInterface, 'and') === 1;
  return on ? { ...answer, device } : null;
}

function delivered({ taken, dropped }: GroupWays, context: TraceContext): Routed[] {
  const ended: Routed[] = dropped === null ? [] : [{ kind: 'ended', ending: dropped }];
  return taken === null ? ended : [...ended, ...checked(deliver(taken), null, context)];
}

/** The hop limit is counted down before FORWARD sees the packet (ip_forward, ip6_forward); a bridge does not count. */
function oneHopLess(routed: Routed): Routed {
  if (routed.kind !== 'forward') return routed;
  const { ttl, bridged } = routed.branch.state;
  if (bridged === true) return routed;
  const confined = confinedSource(routed.branch);
  if (ttl === null || ttl > 1) if (confined !== null) return { kind: 'ended', ending: confined };
  if (ttl === null || bridged === null) {
    const state = written({ ...routed.branch.state, ttl: null }, 'ttl', ttl !== null);
    return { ...routed, branch: { ...routed.branch, state } };
  }
  return ttl > 1
    ? {
        ...routed,
        branch: changed(routed.branch, { ...written(routed.branch.state, 'ttl', true), ttl: ttl - 1 }),
      }
    : { kind: 'ended', ending: tooManyHops(routed.branch) };
}

/** The first routing decision of a packet of the node, before OUTPUT: it also chooses the source where none is bound. */
export function routeOutput(start: Branch, context: TraceContext): Routed[] {
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
function toItself(branch: Branch): Branch {
  const { family, destination, source } = branch.state;
  if (destination.value !== 0n) return branch;
  const loopback: Address = { family, value: family === 'ipv4' ? 0x7f000001n : 1n };
  return changed(branch, { destination: family === 'ipv4' ? (source.address ?? loopback) : loopback });
}

/** The source of a packet to the node's own address: that address, unless its route names another (a second address of a link). */
function ownSource(branch: Branch, context: TraceContext): Address {
  const { source, destination, family } = branch.state;
  if (source.address !== null) return source.address;
  const { host } = context.world;
  if (host.routes[family] === null) {
    const chosen = ownSourceWithoutRoutes(host, destination);
    if (chosen === null) assume(context, { code: 'own-source', address: destination });
    return chosen ?? destination;
  }
  const answer = lookUp(branch, context, UNBOUND[family], 'lo');
  return (answer.kind === 'route' ? sourceForOutput(host, answer, destination) : null) ?? destination;
}

/**
 * Whether a packet of the node to this destination stays on it, without a look-up: table local is asked first, unless the
 * policy rules say otherwise (Cilium moves its rule behind others).
 */
function staysHere({ state }: Branch, { world: { host } }: TraceContext): boolean {
  const { family, destination, destinationLocal } = state;
  if (!routeTables(host, family).localFirst && host.routes[family] !== null) return false;
  return (destinationLocal ?? isLocalAddress(host, destination)) === true;
}

/** A second decision after mangle or nat changed what the first one rested on: ip_route_me_harder, ip6_route_me_harder. */
export function reroute(branch: Branch, context: TraceContext): Routed[] {
  const { state } = branch;
  const { host } = context.world;
  if (staysHere(branch, context)) return [toLoopback(branch, 'reroute')];
  if (host.routes[state.family] === null) {
    missingRoutes(context);
    return [{ kind: 'forward', branch: changed(branch, { route: null }) }];
  }
  return outputRoutes(branch, context, 'reroute');
}

function outputRoutes(branch: Branch, context: TraceContext, turn: 'route' | 'reroute'): Routed[] {
  const sent =
    turn === 'route'
      ? sentRoutes(branch, context)
      : asSent(branch, context).map((way) => ({ source: branch.state.source.address, ...way }));
  return sent.flatMap((one) => alongRoute(one, context, turn));
}

function alongRoute(
  { branch, answer, source: chosen, foreign }: SentRoute,
  context: TraceContext,
  turn: 'route' | 'reroute',
): Routed[] {
  const { state } = branch;
  const source = chosen === null ? state.source : senderOf(chosen);
  if (answer.kind === 'unknown') {
    assume(context, { code: 'route-unknown', why: answer.why });
    return [{ kind: 'forward', branch: changed(branch, { route: null }) }];
  }
  if (answer.kind !== 'route') return [{ kind: 'ended', ending: refused(branch, answer, turn) }];
  if (foreign === true && chosen !== null) return [{ kind: 'ended', ending: foreignSource(branch, chosen) }];
  if (answer.type === 'local') return [toLoopback(changed(branch, { source }), turn)];
  return ways(branch, answer, turn, context.questions).map((way): Routed => {
    const martian = loopbackSource(way, turn, context);
    if (martian !== null) return { kind: 'ended', ending: martian };
    // The hooks of OUTPUT keep seeing the first decision's device; only POSTROUTING sees the new one.
    if (turn === 'reroute') return { kind: 'forward', branch: way };
    return { kind: 'forward', branch: changed(way, { source, outInterface: way.state.route?.device }) };
  });
}

/** One branch for each next hop of a multipath route: the kernel picks by a hash of the flow. */
function ways(
  branch: Branch,
  answer: Extract<RouteAnswer, { kind: 'route' }>,
  turn: 'route' | 'reroute',
  questions: Questions,
): Branch[] {
  const hops = [{ device: answer.device, gateway: answer.gateway }, ...answer.alternatives];
  const { destination } = branch.state;
  const choices = hops.map((hop): Choice<RouteTaken> => {
    const route = { destination, device: hop.device, gateway: hop.gateway, table: answer.table };
    return { value: route, question: { code: 'multipath', route, weights: weightsOf(answer) } };
  });
  return choose(branch, choices, questions).map(({ branch: way, value: taken }) => {
    const route = { device: taken.device ?? undefined, gateway: taken.gateway, local: false };
    return turned(changed(way, { route }), turn, { fact: 'routed', route: taken });
  });
}

function deliver(branch: Branch): Routed {
  const routed = changed(branch, { route: { device: 'lo', gateway: null, local: true } });
  const { destination } = branch.state;
  return { kind: 'local', branch: turned(routed, 'route', { fact: 'delivered', destination }) };
}

function toLoopback(branch: Branch, turn: 'route' | 'reroute'): Routed {
  const routed = changed(branch, {
    route: { device: 'lo', gateway: null, local: true },
    ...(turn === 'route' ? { outInterface: 'lo' } : {}),
  });
  const { destination } = branch.state;
  return { kind: 'local', branch: turned(routed, turn, { fact: 'to-loopback', destination }) };
}

/** Without routes: the node's own addresses may be known from elsewhere; anything else is taken for another machine's. */
function withoutRoutes(branch: Branch, context: TraceContext): Routed[] {
  const { state } = branch;
  const local = state.destinationLocal ?? isLocalAddress(context.world.host, state.destination);
  if (local === true) return [deliver(branch)];
  missingRoutes(context);
  if (local === null) {
    // One assumption for all endpoints.
    const address = state.connection?.dnat === true ? null : state.destination;
    assume(context, { code: 'destination-not-local', address });
  }
  return forwardingDevices(branch, null, context).map(({ branch: way, device }): Routed => {
    // That it is on is not named beside routes that were not captured.
    const isOff = forwards(context.world.host, state.family, device) === false;
    const off = isOff ? forwardingOff(way, device, context) : null;
    if (off !== null) return endedBy(off);
    const facts = { outInterface: undefined, route: null, bridged: null };
    return { kind: 'forward', branch: changed(way, facts) };
  });
}

function missingRoutes(context: TraceContext): void {
  assume(context, { code: 'routes-not-captured', family: context.packet.family });
}

/** The source is judged once a route is found (fib_validate_source): addresses that cannot be one, and the reverse path. */
function checked(routed: Routed, outInterface: string | null, context: TraceContext): Routed[] {
  if (routed.kind === 'ended') return [routed];
  const { taken, refused } = judgedOnceUp(routed.branch, outInterface, context);
  return [...taken.map((branch) => ({ ...routed, branch })), ...refused.map(endedBy)];
}
