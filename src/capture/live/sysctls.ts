/**
 * The sysctls that decide about packets, and no others: `net.ipv4.tcp_fastopen_key` and `net.ipv6.conf.*.stable_secret` are
 * secrets. A name that ends in a dot stands for all below it.
 */
export const SYSCTL_NAMES: readonly string[] = [
  'net.bridge',
  'net.ipv4.conf',
  'net.ipv4.fib_multipath_hash_policy',
  'net.ipv4.fwmark_reflect',
  'net.ipv4.icmp_echo_ignore_all',
  'net.ipv4.icmp_echo_ignore_broadcasts',
  'net.ipv4.icmp_ratelimit',
  'net.ipv4.icmp_ratemask',
  'net.ipv4.ip_forward',
  'net.ipv4.ip_forward_update_priority',
  'net.ipv4.ip_forward_use_pmtu',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_nonlocal_bind',
  'net.ipv4.tcp_fwmark_accept',
  'net.ipv4.vs',
  'net.ipv6.conf',
  'net.ipv6.fwmark_reflect',
  'net.ipv6.icmp.echo_ignore_all',
  'net.ipv6.icmp.echo_ignore_anycast',
  'net.ipv6.icmp.echo_ignore_multicast',
  'net.netfilter',
];

const OF_IPV4_DEVICES =
  'accept_local accept_redirects arp_announce arp_ignore bc_forwarding forwarding ignore_routes_with_linkdown log_martians proxy_arp route_localnet rp_filter send_redirects src_valid_mark';
const OF_IPV6_DEVICES = 'accept_ra disable_ipv6 force_forwarding forwarding use_oif_addrs_only use_tempaddr';

const DEVICE = new RegExp(
  `^net\\.(?:ipv4\\.conf\\..+\\.(?:${OF_IPV4_DEVICES.replaceAll(' ', '|')})|ipv6\\.conf\\..+\\.(?:${OF_IPV6_DEVICES.replaceAll(' ', '|')}))$`,
);
const FAMILIES = /^net\.(?:bridge|netfilter|ipv4\.vs)\./;
const SINGLE: ReadonlySet<string> = new Set(SYSCTL_NAMES);

/** @returns the lines of `sysctl`'s output that are wanted, in its order. */
export function keepSysctls(text: string): string {
  const kept = text.split('\n').filter((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf('='))).trim();
    return SINGLE.has(name) || DEVICE.test(name) || FAMILIES.test(name);
  });
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}
