import type { Host, Link } from '../host/facts.ts';
import { isLocalAddress } from '../host/local-addresses.ts';
import { interfaceSwitch } from '../host/sysctl.ts';
import type { Address, Family } from '../net/address.ts';
import type { Device } from './packet.ts';

/** @returns the link of this name, or null where links were not captured or it is not among them. */
export function linkNamed(host: Host, name: string): Link | null {
  return host.links?.find((link) => link.name === name) ?? null;
}

/** @returns whether a device is a Linux bridge; null where the capture cannot tell. */
export function isBridge(host: Host, device: Device): boolean | null {
  if (device === null || device === 'lo') return false;
  if (device === undefined || host.links === null) return null;
  const link = linkNamed(host, device);
  if (link === null) return null;
  if (link.kind !== null) return link.kind === 'bridge';
  // `ip -j addr` without -d does not print the kind, but a port names its master.
  return host.links.some((port) => port.master === device);
}

/**
 * @returns whether a frame that came in by a bridge is for another machine behind it: its destination is of the bridge's
 * network, or the bridge has no address that anybody could have sent it to (proxy_arp would answer for it).
 */
export function staysOnBridge(host: Host, bridge: string, destination: Address): boolean {
  if (isOnLink(host, bridge, destination)) return true;
  const link = linkNamed(host, bridge);
  const hasIpv4 = ({ addresses }: Link): boolean =>
    addresses.some(({ address }) => address.family === 'ipv4');
  // A listing of IPv6 alone shows no bridge's IPv4 addresses.
  if (link === null || destination.family === 'ipv6' || hasIpv4(link) || host.links?.some(hasIpv4) !== true)
    return false;
  return (
    isLocalAddress(host, destination) === false &&
    interfaceSwitch(host, 'ipv4', 'proxy_arp', bridge, 'or') === 0
  );
}

/** @returns whether the address lies in a network of the link, and is not the link's own. */
export function isOnLink(host: Host, device: string, { family, value }: Address): boolean {
  const bits = family === 'ipv4' ? 32n : 128n;
  const addresses =
    linkNamed(host, device)?.addresses.filter(({ address }) => address.family === family) ?? [];
  if (addresses.some(({ address }) => address.value === value)) return false;
  return addresses.some(({ address, prefixLength }) => {
    const shift = bits - BigInt(prefixLength);
    return address.value >> shift === value >> shift;
  });
}

/**
 * @param bridge its own switch counts beside the sysctl of all (br_nf_pre_routing)
 * @returns whether iptables sees frames that cross a bridge (br_netfilter); null where sysctls were not captured.
 */
export function bridgeCallsIptables(host: Host, family: Family, bridge: Device): boolean | null {
  const own = typeof bridge === 'string' ? linkNamed(host, bridge)?.callsIptables : undefined;
  if (own?.includes(family) === true) return true;
  if (host.sysctls === null) return null;
  const name =
    family === 'ipv4' ? 'net.bridge.bridge-nf-call-iptables' : 'net.bridge.bridge-nf-call-ip6tables';
  // Without the module the sysctl does not exist, and frames on a bridge pass unseen.
  return host.sysctls.get(name) === '1';
}

/** @returns the ports of a bridge; empty where links were not captured. */
export function portsOf(host: Host, bridge: Device): readonly Link[] {
  return typeof bridge === 'string' ? (host.links ?? []).filter(({ master }) => master === bridge) : [];
}

/**
 * @param by the port that the frame came in by; undefined where it is not known
 * @returns whether the bridge lets the frame leave by that port; `differs` where only some ports do; null where the capture does not tell.
 */
export function bridgeTurnsBack(
  host: Host,
  bridge: string,
  by: string | undefined,
): boolean | 'differs' | null {
  const ports = portsOf(host, bridge).filter(({ name }) => by === undefined || name === by);
  if (ports.length === 0 || ports.some(({ hairpin }) => hairpin === undefined)) return null;
  const on = ports.filter(({ hairpin }) => hairpin).length;
  return on === 0 ? false : on === ports.length ? true : 'differs';
}

/**
 * Frames from one isolated port to another are dropped (br_skb_isolated in should_deliver, net/bridge/br_forward.c).
 * @returns whether a frame from one port to another is; `differs` where that depends on the ports; null where the capture does not tell.
 */
export function bridgeIsolates(
  host: Host,
  bridge: string,
  by: string | undefined,
): boolean | 'differs' | null {
  const ports = portsOf(host, bridge);
  const isFrom = ({ name }: Link): boolean => by === undefined || name === by;
  const isolated = ports.filter((port) => port.isolated === true);
  if (isolated.length > 1 && isolated.some(isFrom))
    return isolated.length === ports.length ? true : 'differs';
  const perhaps = ports.filter((port) => port.isolated !== false);
  return perhaps.length > isolated.length && perhaps.length > 1 && perhaps.some(isFrom) ? null : false;
}

/** @returns whether a packet that came in through this device carries br_netfilter's notes, which `-m physdev` reads. */
export function bridgeShown(host: Host, family: Family, device: Device): boolean | null {
  const bridge = isBridge(host, device);
  if (bridge === false) return false;
  const calls = bridgeCallsIptables(host, family, device);
  if (calls === false) return false;
  return bridge === null || calls === null ? null : true;
}
