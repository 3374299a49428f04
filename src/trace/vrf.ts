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

/** The same of a packet that leaves: by the VRF itself; by its port alone, as where another table leads there, is as by any device. */
export function intoVrf(branch: Branch, host: Host): Ending | null {
  const link = named(branch.state.outInterface, host);
  return link?.kind === 'vrf'
    ? stopped(branch, 'unknown', { code: 'vrf-not-followed', vrf: link.name }, null)
    : null;
}

function named(device: string | null | undefined, host: Host): Link | null {
  return typeof device === 'string' ? linkNamed(host, device) : null;
}
