import { findRoute, type RouteAnswer } from '../host/find-route.ts';
import { isLocalAddress } from '../host/local-addresses.ts';
import { reversePath } from '../host/route-reverse.ts';
import { sourceForOutput } from '../host/source-address.ts';
import { forwards, interfaceSwitch } from '../host/sysctl.ts';
import { type Address, type Family, formatAddress } from '../net/address.ts';
import { type Branch, changed, decided, type Ending, turned } from './branch.ts';
import { isBridge, bridgeCallsIptables } from './bridge.ts';
import { assume, type TraceContext } from './context.ts';
import type { Condition, Device } from './outcome.ts';
import { senderOf } from './packet.ts';
import type { PacketState } from './state.ts';

/** Where the routing decision sends a branch. */
export type Routed =
  | { readonly kind: 'local' | 'forward'; readonly branch: Branch }
  | { readonly kind: 'ended'; readonly ending: Ending };

/** The routing decision for a packet that came in, after PREROUTING: ip_route_input (net/ipv4/route.c), ip6_route_input. */
export function routeInput(branch: Branch, context: TraceContext): Routed[] {
  const { state } = branch;
  const { host } = context.world;
  if (state.destinationIsLocal) return checked(deliver(branch), null, context);
  if (host.routes[state.family] === null) return checked(withoutRoutes(branch, context), null, context);
  const answer = lookUp(branch, context, state.source.address, state.inInterface ?? null);
  if (answer.kind === 'unknown') {
    assume(context, answer.code, answer.text, answer.settle);
    return [withoutRoutes(branch, context)];
  }
  if (answer.kind !== 'route') return [{ kind: 'ended', ending: refused(branch, answer.kind, 'forward') }];
  if (answer.type !== 'unicast') return checked(deliver(branch), null, context);
  const off = forwardingOff(branch, context);
  if (off !== null) return [{ kind: 'ended', ending: off }];
  return ways(branch, answer, 'route').flatMap((way) =>
    checked({ kind: 'forward', branch: bridgedOrNot(way, context) }, way.state.route?.device ?? null, context),
  );
}

/** The first routing decision of a packet of the node, before OUTPUT: it also chooses the source where none is bound. */
export function routeOutput(branch: Branch, context: TraceContext): Routed[] {
  const { state } = branch;
  const { host } = context.world;
  if (state.destinationIsLocal || isLocalAddress(host, state.destination) === true) {
    const own = state.source.address ?? state.destination;
    return [toLoopback(changed(branch, { source: senderOf(own) }), 'route')];
  }
  if (host.routes[state.family] === null) {
    missingRoutes(context);
    return [{ kind: 'forward', branch: changed(branch, { outInterface: undefined, route: null }) }];
  }
  return outputRoutes(branch, context, 'route');
}

/** A second decision after mangle or nat changed what the first one rested on: ip_route_me_harder, ip6_route_me_harder. */
export function reroute(branch: Branch, context: TraceContext): Routed[] {
  const { state } = branch;
  const { host } = context.world;
  const local = isLocalAddress(host, state.destination);
  if (local === true) return [toLoopback(branch, 'reroute')];
  if (host.routes[state.family] === null) {
    missingRoutes(context);
    return [{ kind: 'forward', branch: changed(branch, { route: null }) }];
  }
  return outputRoutes(branch, context, 'reroute');
}

function outputRoutes(branch: Branch, context: TraceContext, turn: 'route' | 'reroute'): Routed[] {
  const { state } = branch;
  const answer = lookUp(branch, context, state.source.address ?? UNBOUND[state.family], 'lo');
  if (answer.kind === 'unknown') {
    assume(context, answer.code, answer.text, answer.settle);
    return [{ kind: 'forward', branch: changed(branch, { route: null }) }];
  }
  if (answer.kind !== 'route') return [{ kind: 'ended', ending: refused(branch, answer.kind, turn) }];
  if (answer.type === 'local') return [toLoopback(branch, turn)];
  return ways(branch, answer, turn).map((way): Routed => {
    const martian = loopbackSource(way, context);
    if (martian !== null) return { kind: 'ended', ending: martian };
    // The hooks of OUTPUT keep seeing the first decision's device; only POSTROUTING sees the new one.
    if (turn === 'reroute') return { kind: 'forward', branch: way };
    const chosen = state.source.address ?? sourceForOutput(context.world.host, answer, state.destination);
    const source = chosen === null ? state.source : senderOf(chosen);
    return { kind: 'forward', branch: changed(way, { source, outInterface: way.state.route?.device }) };
  });
}

/** What routing sees of a socket that is not bound to an address. */
const UNBOUND: Readonly<Record<Family, Address>> = {
  ipv4: { family: 'ipv4', value: 0n },
  ipv6: { family: 'ipv6', value: 0n },
};

function lookUp(branch: Branch, context: TraceContext, source: Address | null, inInterface: string | null): RouteAnswer {
  const { state } = branch;
  return findRoute(context.world.host, {
    family: state.family,
    destination: state.destination,
    source,
    mark: state.mark,
    inInterface,
    outInterface: null,
    protocol: state.protocol,
    sourcePort: state.sourcePort,
    destinationPort: state.destinationPort,
    uid: null,
  });
}

/** One branch for each next hop of a multipath route: the kernel picks by a hash of the flow. */
function ways(branch: Branch, answer: Extract<RouteAnswer, { kind: 'route' }>, turn: 'route' | 'reroute'): Branch[] {
  const hops = [{ device: answer.device, gateway: answer.gateway }, ...answer.alternatives];
  return hops.map((hop) => {
    const via = hop.gateway === null ? '' : ` via ${formatAddress(hop.gateway)}`;
    const text = `route to ${formatAddress(branch.state.destination)}: ${hop.device ?? 'an interface not named'}${via} (table ${answer.table})`;
    const way = changed(branch, { route: { device: hop.device ?? undefined, gateway: hop.gateway, local: false } });
    if (hops.length === 1) return turned(way, turn, text);
    const condition = { code: 'multipath', text: `the hash of the flow picks next hop${via} on ${hop.device ?? '?'}`, settle: null };
    return turned(decided(way, `multipath ${text}`, true, condition), turn, text);
  });
}

function deliver(branch: Branch): Routed {
  const routed = changed(branch, { route: { device: 'lo', gateway: null, local: true } });
  const text = `${formatAddress(branch.state.destination)} is an address of this node: delivered here`;
  return { kind: 'local', branch: turned(routed, 'route', text) };
}

function toLoopback(branch: Branch, turn: 'route' | 'reroute'): Routed {
  const routed = changed(branch, {
    route: { device: 'lo', gateway: null, local: true },
    ...(turn === 'route' ? { outInterface: 'lo' } : {}),
  });
  const text = `${formatAddress(branch.state.destination)} is an address of this node: through lo`;
  return { kind: 'local', branch: turned(routed, turn, text) };
}

/** Without routes: the node's own addresses may be known from elsewhere; anything else is taken for another machine's. */
function withoutRoutes(branch: Branch, context: TraceContext): Routed {
  const { state } = branch;
  const local = isLocalAddress(context.world.host, state.destination);
  if (local === true) return deliver(branch);
  missingRoutes(context);
  if (local === null) {
    const name = formatAddress(state.destination);
    assume(context, 'destination-not-local', `${name} is taken for an address of another machine or pod, not of this node`, 'capture `ip -j addr`');
  }
  return { kind: 'forward', branch: changed(branch, { outInterface: undefined, route: null, bridged: null }) };
}

function missingRoutes(context: TraceContext): void {
  const option = context.packet.family === 'ipv6' ? '-6 ' : '';
  assume(context, 'routes-not-captured', 'a route to every destination is taken for granted', `capture \`ip -j ${option}route show table all\` and \`ip -j rule\``);
}

/** The source is judged once a route is found (fib_validate_source): addresses that cannot be one, and the reverse path. */
function checked(routed: Routed, outInterface: string | null, context: TraceContext): Routed[] {
  if (routed.kind === 'ended') return [routed];
  const { state } = routed.branch;
  const { host } = context.world;
  const source = state.source.address;
  if (source === null || typeof state.inInterface !== 'string') return [routed];
  if (host.routes[state.family] === null && host.links === null) return [routed];
  const { protocol, sourcePort, destinationPort, destination, mark, inInterface } = state;
  const back = reversePath(host, { source, destination, inInterface, outInterface, mark, protocol, sourcePort, destinationPort });
  if (back.answer === 'ok') return [routed];
  if (back.answer === 'unknown') {
    assume(context, 'source-check', back.text, back.settle === null ? null : `capture \`${back.settle}\``);
    return [routed];
  }
  const reason = { code: back.answer, text: back.text, settle: null };
  return [{ kind: 'ended', ending: stopped(routed.branch, 'drop', reason, null) }];
}

/** A loopback source may leave the node only through an interface with route_localnet (__mkroute_output). */
function loopbackSource(branch: Branch, context: TraceContext): Ending | null {
  const { state } = branch;
  const source = state.source.address;
  const device = state.route?.device;
  if (source === null || source.family !== 'ipv4' || source.value >> 24n !== 127n) return null;
  if (typeof device !== 'string' || device === 'lo') return null;
  const allowed = interfaceSwitch(context.world.host, 'ipv4', 'route_localnet', device, 'or');
  if (allowed === null) {
    assume(context, 'route-localnet', `route_localnet is taken to be on for ${device}`, 'capture `sysctl -a`');
    return null;
  }
  if (allowed !== 0) return null;
  const text = `a packet from 127.0.0.0/8 may not leave through ${device}: net.ipv4.conf.all.route_localnet and conf.${device}.route_localnet are 0`;
  return stopped(branch, 'drop', { code: 'route-localnet-off', text, settle: null }, null);
}

function forwardingOff(branch: Branch, context: TraceContext): Ending | null {
  const { state } = branch;
  const { host } = context.world;
  const device = typeof state.inInterface === 'string' ? state.inInterface : 'all';
  const on = forwards(host, state.family, device);
  if (on === null) assume(context, 'forwarding', 'the node is taken to forward packets (ip_forward=1)', 'capture `sysctl -a`');
  if (on !== false) return null;
  const text = `forwarding is off for ${device} (sysctl net.${state.family}.conf): the node does not pass packets on`;
  return stopped(branch, 'drop', { code: 'forwarding-off', text, settle: null }, null);
}

/** What each refusing route does to the sender; a local process sees an error at once, a forwarded packet draws ICMP. */
function refused(branch: Branch, kind: Exclude<RouteAnswer['kind'], 'route' | 'unknown'>, at: 'forward' | 'route' | 'reroute'): Ending {
  const destination = formatAddress(branch.state.destination);
  const v6 = branch.state.family === 'ipv6';
  const text = {
    'no-route': `no route to ${destination}`,
    unreachable: `the route to ${destination} says unreachable`,
    prohibit: `the route to ${destination} says prohibit`,
    blackhole: `the route to ${destination} is a blackhole`,
  }[kind];
  const reason = { code: kind, text, settle: null };
  if (kind === 'blackhole' || at === 'reroute') return stopped(branch, 'drop', reason, null);
  if (at === 'route') {
    const error = { 'no-route': 'ENETUNREACH', unreachable: 'EHOSTUNREACH', prohibit: 'EACCES' }[kind];
    return stopped(branch, 'reject', reason, error);
  }
  const icmp = v6
    ? { 'no-route': 'icmp6-no-route', unreachable: 'icmp6-no-route', prohibit: 'icmp6-adm-prohibited' }[kind]
    : { 'no-route': 'icmp-net-unreachable', unreachable: 'icmp-host-unreachable', prohibit: 'icmp-admin-prohibited' }[kind];
  return stopped(branch, 'reject', reason, icmp);
}

/** @returns an ending that no rule decided. */
export function stopped(branch: Branch, verdict: Ending['verdict'], reason: Condition, rejectWith: string | null): Ending {
  return { branch: turned(branch, 'route', reason.text), verdict, reason, rejectWith, exit: null };
}

/** A packet between two ports of one bridge is handed on by the bridge itself; br_netfilter shows it to FORWARD. */
function bridgedOrNot(branch: Branch, context: TraceContext): Branch {
  const { state } = branch;
  const device: Device = state.route?.device;
  const out = changed(branch, { outInterface: device });
  if (device === undefined || state.inInterface === undefined) return changed(out, { bridged: null });
  if (device !== state.inInterface) return changed(out, { bridged: false });
  return changed(out, { bridged: withinBridge(state, device, context) });
}

function withinBridge(state: PacketState, device: string | null, context: TraceContext): boolean | null {
  const bridge = isBridge(context.world.host, device);
  const calls = bridgeCallsIptables(context.world.host, state.family);
  if (bridge === false || calls === false) return false;
  return bridge === null || calls === null ? null : true;
}
