import type { RouteAnswer } from '../host/find-route.ts';
import { ipv6Class } from '../host/ipv6-address-class.ts';
import { forwards, interfaceSwitch } from '../host/sysctl.ts';
import { formatAddress } from '../net/address.ts';
import { type Branch, type Ending, turned } from './branch.ts';
import { assume, type TraceContext } from './context.ts';
import type { Condition } from './outcome.ts';

/** The last hop that the packet may pass is behind it. */
export function tooManyHops(branch: Branch): Ending {
  const v6 = branch.state.family === 'ipv6';
  const text = `the packet's ${v6 ? 'hop limit' : 'TTL'} is used up: the node does not pass it on`;
  const answer = v6 ? 'icmp6-time-exceeded' : 'icmp-ttl-exceeded';
  return stopped(branch, 'reject', { code: 'hops-exceeded', text, settle: null }, answer);
}

/** IPv6 does not forward from nobody, nor from a link-local address to another link (ip6_forward). */
export function confinedSource(branch: Branch): Ending | null {
  const { source, inInterface, route, family } = branch.state;
  if (family === 'ipv4' || source.address === null || route?.device === inInterface) return null;
  const { unspecified, linkLocal } = ipv6Class(source.address.value);
  const name = formatAddress(source.address);
  if (unspecified) {
    const text = `${name} cannot be the source of a packet that is passed on`;
    return stopped(branch, 'drop', { code: 'martian-source', text, settle: null }, null);
  }
  if (!linkLocal) return null;
  const text = `${name} is known on its own link only: the node does not pass the packet on to another`;
  return stopped(branch, 'reject', { code: 'beyond-scope', text, settle: null }, 'icmp6-beyond-scope');
}

/** A bridge does not hand a frame back by the port it came in by. */
export function hairpinOff(branch: Branch, bridge: string): Ending {
  const text = `the packet would leave by the port of ${bridge} that it came in by, and the ports of ${bridge} do not have hairpin mode`;
  return stopped(branch, 'drop', { code: 'bridge-hairpin-off', text, settle: null }, null);
}

/** @returns an ending that no rule decided. */
export function stopped(
  branch: Branch,
  verdict: Ending['verdict'],
  reason: Condition,
  rejectWith: string | null,
): Ending {
  return { branch: turned(branch, 'route', reason.text), verdict, reason, rejectWith, exit: null };
}

/** A loopback source may leave the node only through an interface with route_localnet (__mkroute_output). */
export function loopbackSource(branch: Branch, context: TraceContext): Ending | null {
  const { state } = branch;
  const source = state.source.address;
  const device = state.route?.device;
  if (source === null || source.family !== 'ipv4' || source.value >> 24n !== 127n) return null;
  if (typeof device !== 'string' || device === 'lo') return null;
  const allowed = interfaceSwitch(context.world.host, 'ipv4', 'route_localnet', device, 'or');
  if (allowed === null) {
    assume(
      context,
      'route-localnet',
      `route_localnet is taken to be on for ${device}`,
      'capture `sysctl -a`',
    );
    return null;
  }
  if (allowed !== 0) return null;
  const text = `a packet from 127.0.0.0/8 may not leave through ${device}: net.ipv4.conf.all.route_localnet and conf.${device}.route_localnet are 0`;
  return stopped(branch, 'drop', { code: 'route-localnet-off', text, settle: null }, null);
}

/** A packet that TPROXY gave to a socket must be routed to this node, by its mark as a rule; ip_forward drops it otherwise. */
export function notDelivered(branch: Branch): Ending {
  const text = 'TPROXY gave the packet to a socket, but no route of type local brings it there';
  return stopped(branch, 'drop', { code: 'tproxy-not-local', text, settle: null }, null);
}

/** A packet that is not for this node goes on only where forwarding is on. */
export function forwardingOff(branch: Branch, context: TraceContext): Ending | null {
  const { state } = branch;
  const { host } = context.world;
  const device = typeof state.inInterface === 'string' ? state.inInterface : 'all';
  const on = forwards(host, state.family, device);
  if (on === null)
    assume(
      context,
      'forwarding',
      'the node is taken to forward packets (ip_forward=1)',
      'capture `sysctl -a`',
    );
  if (on !== false) return null;
  const text = `forwarding is off for ${device} (sysctl net.${state.family}.conf): the node does not pass packets on`;
  return stopped(branch, 'drop', { code: 'forwarding-off', text, settle: null }, null);
}

/** Only frames addressed to this node are passed on, whatever DNAT wrote into the packet (ip_forward, ip6_forward: PACKET_HOST). */
export function frameForMany(branch: Branch): Ending | null {
  const { frame } = branch.state;
  if (frame === 'unicast') return null;
  const text = `the packet came as a ${frame}, and such are not passed on to another machine`;
  return stopped(branch, 'drop', { code: 'frame-not-unicast', text, settle: null }, null);
}

/** What each refusing route does to the sender; a local process sees an error at once, a forwarded packet draws ICMP. */
export function refused(
  branch: Branch,
  kind: Exclude<RouteAnswer['kind'], 'route' | 'unknown'>,
  at: 'forward' | 'route' | 'reroute',
): Ending {
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
    : {
        'no-route': 'icmp-net-unreachable',
        unreachable: 'icmp-host-unreachable',
        prohibit: 'icmp-admin-prohibited',
      }[kind];
  return stopped(branch, 'reject', reason, icmp);
}
