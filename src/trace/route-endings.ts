import type { RouteAnswer } from '../host/find-route.ts';
import { ipv6Class } from '../host/ipv6-address-class.ts';
import { forwards, interfaceSwitch, maybeForced } from '../host/sysctl.ts';
import { type Address, sameAddress } from '../net/address.ts';
import { type Branch, type Ending, turned } from './branch.ts';
import { byBridge } from './by-bridge.ts';
import { assume, type TraceContext } from './context.ts';
import type { Reason } from './reason.ts';
import type { World } from './world.ts';

/** The last hop that the packet may pass is behind it. */
export function tooManyHops(branch: Branch): Ending {
  const { family } = branch.state;
  const answer = family === 'ipv6' ? 'icmp6-time-exceeded' : 'icmp-ttl-exceeded';
  return stopped(branch, 'reject', { code: 'hops-exceeded', family }, answer);
}

/** IPv6 does not forward from nobody or ::1, nor from a link-local address to another link (ip6_forward). */
export function confinedSource(branch: Branch): Ending | null {
  const { source, inInterface, route, family } = branch.state;
  if (family === 'ipv4' || source.address === null || route?.device === inInterface) return null;
  const { unspecified, loopback, linkLocal } = ipv6Class(source.address.value);
  const { address } = source;
  if (unspecified || loopback)
    return stopped(branch, 'drop', { code: 'martian-source', source: address, seen: 'on-its-way' }, null);
  if (!linkLocal) return null;
  return stopped(branch, 'reject', { code: 'beyond-scope', source: address }, 'icmp6-beyond-scope');
}

/** A bridge does not hand a frame back by the port it came in by. */
export function hairpinOff(branch: Branch, bridge: string): Ending {
  return stopped(branch, 'drop', { code: 'bridge-hairpin-off', bridge }, null);
}

/** A rule or policy of legacy ebtables. */
export function droppedByFrameRule(branch: Branch, place: string, text: string): Ending {
  return stopped(branch, 'drop', { code: 'frame-rule-drop', place, text }, null);
}

/** Nor from one isolated port to another. */
export function portsIsolated(branch: Branch, bridge: string): Ending {
  return stopped(branch, 'drop', { code: 'bridge-ports-isolated', bridge }, null);
}

/** @returns an ending that no rule decided. */
export function stopped(
  branch: Branch,
  verdict: Ending['verdict'],
  reason: Reason,
  rejectWith: string | null,
): Ending {
  return {
    branch: turned(branch, 'route', { fact: 'ended', reason }),
    verdict,
    reason,
    rejectWith,
    exit: null,
  };
}

/** IPVS was not captured, or not as a whole: what it does with the packet is not known. */
export function ipvsUnlisted(branch: Branch, { ipvs }: World): Ending {
  return stopped(branch, 'unknown', { code: 'mode-ipvs', listed: ipvs !== 'not-captured' }, null);
}

/** A loopback source may leave the node only through an interface with route_localnet (__mkroute_output). */
export function loopbackSource(
  branch: Branch,
  at: 'route' | 'reroute',
  context: TraceContext,
): Ending | null {
  const { state } = branch;
  const source = state.source.address;
  const device = state.route?.device;
  if (source === null || source.family !== 'ipv4' || source.value >> 24n !== 127n) return null;
  if (typeof device !== 'string' || device === 'lo') return null;
  const allowed = interfaceSwitch(context.world.host, 'ipv4', 'route_localnet', device, 'or');
  if (allowed === null) {
    assume(context, { code: 'route-localnet', device });
    return null;
  }
  if (allowed !== 0) return null;
  const reason: Reason = { code: 'route-localnet-off', device };
  // ip_route_output_key_hash_rcu: the process is told at once; what a rule sent that way is lost.
  return at === 'route' ? stopped(branch, 'reject', reason, 'EINVAL') : stopped(branch, 'drop', reason, null);
}

/** connect() fails where the source that it would take is no address of table local. */
export function foreignSource(branch: Branch, source: Address): Ending {
  return stopped(branch, 'reject', { code: 'source-not-local', source }, 'ENETUNREACH');
}

/** 0.0.0.0 is nobody's (ip_route_input_slow: ipv4_is_zeronet), but for a sender without an address. */
export function toNobody(branch: Branch): Ending {
  const { destination } = branch.state;
  return stopped(branch, 'drop', { code: 'martian-destination', destination }, null);
}

/** A packet that TPROXY gave to a socket must be routed to this node, by its mark as a rule; ip_forward drops it otherwise. */
export function notDelivered(branch: Branch): Ending {
  return stopped(branch, 'drop', { code: 'tproxy-not-local' }, null);
}

/**
 * A packet that is not for this node goes on only where forwarding is on.
 * @param device the one whose switch counts: see `forwardingDevices`
 */
export function forwardingOff(branch: Branch, device: string, context: TraceContext): Ending | null {
  const { family } = branch.state;
  const { host } = context.world;
  const on = forwards(host, family, device);
  if (on === null) assume(context, { code: 'forwarding' });
  if (on !== false) return null;
  if (family === 'ipv6' && maybeForced(host, device)) assume(context, { code: 'force-forwarding', device });
  return stopped(branch, 'drop', { code: 'forwarding-off', device, family }, null);
}

/** @returns the device that the packet came in by; `all` where that is not known. */
export function cameBy({ state: { inInterface } }: Branch): string {
  return typeof inInterface === 'string' ? inInterface : 'all';
}

/**
 * The device whose switch counts is the one that the packet came in by. But a frame of a bridge that
 * PREROUTING gave another IPv6 destination is routed by br_netfilter, before the bridge hands it up: then ip6_rcv_core takes it for one
 * of the device that it leaves by (br_nf_pre_routing_finish_ipv6; IP6CB(skb)->iif).
 * @param out the device that it would leave by; null where no route is known
 * @returns several ways where the capture does not tell which, and it matters
 */
export function forwardingDevices(
  branch: Branch,
  out: string | null,
  context: TraceContext,
): { readonly branch: Branch; readonly device: string }[] {
  const { family, destination } = branch.state;
  const { host } = context.world;
  const came = cameBy(branch);
  const leaves = out ?? 'all';
  const isTurned = family === 'ipv6' && !sameAddress(destination, context.packet.destination);
  const isAlike =
    forwards(host, family, came) === forwards(host, family, leaves) &&
    maybeForced(host, came) === maybeForced(host, leaves);
  if (!isTurned || isAlike) return [{ branch, device: came }];
  return byBridge(branch, context).map(({ branch: way, held }) => ({
    branch: way,
    device: held ? leaves : came,
  }));
}

/** Only frames addressed to this node are passed on, whatever DNAT wrote into the packet (ip_forward, ip6_forward: PACKET_HOST). */
export function frameForMany(branch: Branch): Ending | null {
  const { frame } = branch.state;
  if (frame === 'unicast') return null;
  return stopped(branch, 'drop', { code: 'frame-not-unicast', frame }, null);
}

/** A look-up that found nothing, or a refusal. */
type Refusal = Exclude<RouteAnswer, { readonly kind: 'route' | 'unknown' }>;

/**
 * What each refusal does to the sender; a local process sees an error at once, a forwarded packet draws ICMP. A policy rule
 * says `unreachable` of the network, a route of the host (fib4_rule_action, fib6_rule_action; fib_props, ip6_rt_type_to_error).
 */
export function refused(branch: Branch, answer: Refusal, at: 'forward' | 'route' | 'reroute'): Ending {
  const { destination, family } = branch.state;
  const { kind } = answer;
  const reason: Reason = { code: kind, destination };
  if (at === 'reroute') return stopped(branch, 'drop', reason, null);
  const as = kind === 'unreachable' && answer.rule !== null ? 'no-route' : kind;
  if (at === 'route') {
    const error = {
      'no-route': 'ENETUNREACH',
      unreachable: 'EHOSTUNREACH',
      prohibit: 'EACCES',
      blackhole: 'EINVAL',
    }[as];
    return stopped(branch, 'reject', reason, error);
  }
  if (as === 'blackhole') return stopped(branch, 'drop', reason, null);
  const icmp =
    family === 'ipv6'
      ? { 'no-route': 'icmp6-no-route', unreachable: 'icmp6-no-route', prohibit: 'icmp6-adm-prohibited' }[as]
      : {
          'no-route': 'icmp-net-unreachable',
          unreachable: 'icmp-host-unreachable',
          prohibit: 'icmp-admin-prohibited',
        }[as];
  return stopped(branch, 'reject', reason, icmp);
}
