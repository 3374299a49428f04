import type { Host, Link } from '../host/facts.ts';
import type { Address, Family } from '../net/address.ts';
import type { Device } from './packet.ts';

/** @returns the link of this name, or null where links were not captured or it is not among them. */
export function linkNamed(host: Host, name: string): Link | null {
  return host.links?.find((link) => link.name === name) ?? null;
}

/** @returns whether a device is a Linux bridge; null where the capture cannot tell. */
export function isBridge(host: Host, device: Device): boolean | null {
  if (device === null) return false;
  if (device === undefined || host.links === null) return null;
  const link = linkNamed(host, device);
  if (link === null) return null;
  if (link.kind !== null) return link.kind === 'bridge';
  // `ip -j addr` without -d does not print the kind, but a port names its master.
  return host.links.some((port) => port.master === device);
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

/** @returns whether iptables sees frames that cross a bridge (br_netfilter); null where sysctls were not captured. */
export function bridgeCallsIptables(host: Host, family: Family): boolean | null {
  if (host.sysctls === null) return null;
  const name =
    family === 'ipv4' ? 'net.bridge.bridge-nf-call-iptables' : 'net.bridge.bridge-nf-call-ip6tables';
  // Without the module the sysctl does not exist, and frames on a bridge pass unseen.
  return host.sysctls.get(name) === '1';
}

/** @returns whether the bridge lets frames leave by the port they came in by; null where its ports differ or the capture does not tell. */
export function bridgeTurnsBack(host: Host, bridge: string): boolean | null {
  const ports = host.links?.filter(({ master }) => master === bridge) ?? [];
  const [first] = ports;
  return ports.every(({ hairpin }) => hairpin === first?.hairpin) ? (first?.hairpin ?? null) : null;
}

/** @returns whether a packet that came in through this device carries br_netfilter's notes, which `-m physdev` reads. */
export function bridgeShown(host: Host, family: Family, device: Device): boolean | null {
  const bridge = isBridge(host, device);
  if (bridge === false) return false;
  const calls = bridgeCallsIptables(host, family);
  if (calls === false) return false;
  return bridge === null || calls === null ? null : true;
}
