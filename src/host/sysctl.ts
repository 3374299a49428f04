import type { Family } from '../net/address.ts';
import type { Host } from './facts.ts';

/** How the kernel joins `conf.all` with a device's own switch. */
export type Combine = 'or' | 'and' | 'max' | 'device';

/**
 * Reads a switch of `net.ipv4.conf` or `net.ipv6.conf` for one device: `rp_filter` and `log_martians` differ in how
 * `all` counts (include/linux/inetdevice.h: IN_DEV_MAXCONF, IN_DEV_ORCONF, IN_DEV_ANDCONF, IN_DEV_CONF_GET).
 * @param combine `or`: route_localnet, accept_local, src_valid_mark, log_martians, send_redirects; `max`: rp_filter;
 * `and`: accept_redirects on a router; `device`: forwarding, where `all` does not count.
 * @returns the value, or null where the capture does not settle it. One that is set in `all` settles an `or` alone.
 */
export function interfaceSwitch(
  host: Host,
  family: Family,
  name: string,
  device: string,
  combine: Combine,
): number | null {
  const own = sysctlNumber(host, confName(family, device, name));
  if (combine === 'device') return own;
  const all = sysctlNumber(host, confName(family, 'all', name));
  if (combine === 'or' && (all === 1 || own === 1)) return 1;
  if (combine === 'and' && (all === 0 || own === 0)) return 0;
  if (own === null || all === null) return null;
  if (combine === 'max') return Math.max(own, all);
  if (combine === 'and') return own !== 0 && all !== 0 ? 1 : 0;
  return own !== 0 || all !== 0 ? 1 : 0;
}

/** @returns whether the node forwards packets that came in through the device; null where the capture does not tell. */
export function forwards(host: Host, family: Family, device: string): boolean | null {
  const own = interfaceSwitch(host, family, 'forwarding', device, 'device');
  if (family === 'ipv4') {
    const value = own ?? sysctlNumber(host, 'net.ipv4.ip_forward');
    return value === null ? null : value !== 0;
  }
  // IPv6 asks `all`, and since Linux 6.17 the device's force_forwarding (ip6_forward, net/ipv6/ip6_output.c).
  const all = sysctlNumber(host, 'net.ipv6.conf.all.forwarding');
  if (all !== 0) return all === null ? null : true;
  const forced = interfaceSwitch(host, family, 'force_forwarding', device, 'device');
  // Which device a packet came in by may be open: one that forwards leaves the answer open.
  if (device === 'all' && forced !== 1 && anyForced(host)) return null;
  return forced === 1;
}

/**
 * @returns whether a capture in which IPv6 is not forwarded leaves open that the device's own switch has it forwarded: a listing
 * of all of the device's sysctls lacks force_forwarding on a kernel that has none.
 */
export function maybeForced(host: Host, device: string): boolean {
  if (interfaceSwitch(host, 'ipv6', 'force_forwarding', device, 'device') !== null) return false;
  return WITH_FORCED.every((name) => sysctlNumber(host, confName('ipv6', device, name)) === null);
}

/** What stands in the same directory on every kernel, and in each listing of it. */
const WITH_FORCED = ['disable_ipv6', 'accept_ra', 'use_tempaddr'] as const;

function anyForced({ sysctls }: Host): boolean {
  return [...(sysctls ?? [])].some(
    ([name, value]) => value === '1' && /^net\.ipv6\.conf\..+\.force_forwarding$/.test(name),
  );
}

/** @returns the sysctl's value, or null where it was not captured or is no number. */
export function sysctlNumber(host: Host, name: string): number | null {
  const text = host.sysctls?.get(name);
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null;
}

/** @returns the switch as sysctl prints and takes it, the dot in a device name as a slash: `net.ipv4.conf.eth0/100.rp_filter`. */
export function confName(family: Family, device: string, name: string): string {
  return `net.${family}.conf.${device.replaceAll('.', '/')}.${name}`;
}
