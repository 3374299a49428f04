import type { Host } from '../host/facts.ts';
import type { Family } from '../net/address.ts';
import { linkNamed } from '../trace/bridge.ts';

/** Kinds of devices that pods hang on. */
export const OF_PODS: ReadonlySet<string | null> = new Set(['veth', 'bridge']);

/** @returns true for a device that nobody is behind: a bridge without ports, a dummy. */
export function leadsNowhere(host: Host, device: string): boolean {
  const kind = linkNamed(host, device)?.kind ?? null;
  if (kind === 'dummy') return true;
  return kind === 'bridge' && host.links?.every(({ master }) => master !== device) === true;
}

/** Kinds of devices that carry packets between nodes in packets of their own. */
const TUNNELS: ReadonlySet<string> = new Set([
  'vxlan',
  'geneve',
  'ipip',
  'sit',
  'gre',
  'ip6tnl',
  'wireguard',
  // flannel's backend udp, and WireGuard in user space.
  'tun',
]);

/** Without `ip -d` the kind is not told: names that network plugins give. */
const TUNNEL_NAMES = /^(?:flannel|vxlan|geneve|tunl|wireguard|wg|cilium_vxlan|antrea-|genev_sys|vxlan_sys)/;

/** @returns names of the devices that carry packets between nodes. */
export function tunnelsOf(host: Host): string[] {
  return (host.links ?? []).map(({ name }) => name).filter((name) => isTunnel(host, name));
}

/** @returns true for a device that carries packets between nodes in packets of its own. */
export function isTunnel(host: Host, device: string): boolean {
  const kind = linkNamed(host, device)?.kind ?? null;
  return kind === null ? TUNNEL_NAMES.test(device) : TUNNELS.has(kind);
}

/** @returns the interfaces that lead out of the cluster: of a default route. */
export function uplinks(host: Host, family: Family): ReadonlySet<string> {
  const known = UPLINKS.get(host) ?? new Map<Family, ReadonlySet<string>>();
  UPLINKS.set(host, known);
  const found = known.get(family) ?? findUplinks(host, family);
  known.set(family, found);
  return found;
}

/** Each of 5,000 endpoints asks for them. */
const UPLINKS = new WeakMap<Host, Map<Family, ReadonlySet<string>>>();

function findUplinks(host: Host, family: Family): ReadonlySet<string> {
  const routes = host.routes[family] ?? [];
  const devices = routes
    .filter(({ destination, type }) => destination.mask === 0n && type === 'unicast')
    .flatMap(({ nextHops }) => nextHops.map(({ device }) => device));
  return new Set(devices.filter((device): device is string => device !== null));
}
