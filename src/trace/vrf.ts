import type { Host, Link } from '../host/facts.ts';
import type { Branch, Ending } from './branch.ts';
import { linkNamed } from './bridge.ts';
import { stopped } from './route-endings.ts';

/**
 * What a port of a VRF takes in meets PREROUTING twice, first with the port as its device, then with the VRF, and is looked up in
 * the VRF's table; what leaves by a VRF meets OUTPUT and POSTROUTING for it, and POSTROUTING for its port once more (vrf_ip_rcv,
 * vrf_ip_out, drivers/net/vrf.c). That is not followed.
 * @param device by which rules see the packet come in: of a bridge's port the bridge
 * @returns the packet's end there; null where the device belongs to no VRF that is captured
 */
export function byVrf(branch: Branch, device: string | null | undefined, host: Host): Ending | null {
  const link = named(device, host);
  const vrf = [link, named(link?.master, host)].find((one) => one?.kind === 'vrf');
  return vrf == null ? null : stopped(branch, 'unknown', { code: 'vrf-not-followed', vrf: vrf.name }, null);
}

/**
 * The same of a packet that leaves by the VRF itself. By its port alone, as where another table leads there, is as by any device, unless
 * an address is chosen for it, which only devices of the VRF lend (inet_select_addr, l3mdev_master_ifindex_rcu), or a process sent it:
 * what rules change is routed anew in the VRF's table (ip_route_me_harder: flowi4_l3mdev).
 */
export function intoVrf(branch: Branch, host: Host): Ending | null {
  const { outInterface, fromNode, sourceRewrite } = branch.state;
  const link = named(outInterface, host);
  const lends = fromNode || sourceRewrite === 'masquerade';
  const vrf = [link, lends ? named(link?.master, host) : null].find((one) => one?.kind === 'vrf');
  return vrf == null ? null : stopped(branch, 'unknown', { code: 'vrf-not-followed', vrf: vrf.name }, null);
}

function named(device: string | null | undefined, host: Host): Link | null {
  return typeof device === 'string' ? linkNamed(host, device) : null;
}
