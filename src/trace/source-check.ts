import { reversePath } from '../host/route-reverse.ts';
import type { Branch, Ending } from './branch.ts';
import { bridgeShown } from './bridge.ts';
import { assume, type TraceContext } from './context.ts';
import { stopped } from './route-endings.ts';
import { knownTos } from './state.ts';

/**
 * IPv6 looks at the addresses as the packet arrives, before PREROUTING (ip6_rcv_core). Frames of a bridge that
 * br_netfilter shows to iptables have passed PREROUTING by then.
 */
export function refusedOnArrival(branch: Branch, context: TraceContext): Ending | null {
  const { family, inInterface } = branch.state;
  if (family === 'ipv4' || bridgeShown(context.world.host, family, inInterface) !== false) return null;
  return refusedSource(branch, null, context);
}

/** The check itself. @returns null where the kernel takes the packet in, or the capture does not tell. */
export function refusedSource(
  branch: Branch,
  outInterface: string | null,
  context: TraceContext,
): Ending | null {
  const { state } = branch;
  const { host } = context.world;
  const source = state.source.address;
  if (source === null || state.inInterface === null) return null;
  if (host.routes[state.family] === null && host.links === null) return null;
  const { protocol, sourcePort, destinationPort, destination, mark } = state;
  const back = reversePath(host, {
    source,
    destination,
    inInterface: state.inInterface ?? null,
    outInterface,
    mark,
    protocol,
    sourcePort,
    destinationPort,
    ...knownTos(state),
  });
  switch (back.answer) {
    case 'ok':
      return null;
    case 'unknown':
      assume(context, { code: 'source-check', why: back.why });
      return null;
    case 'martian-source':
      return stopped(branch, 'drop', { code: 'martian-source', source, seen: 'from-outside' }, null);
    case 'martian-destination':
      return stopped(branch, 'drop', { code: 'martian-destination', destination }, null);
    case 'rp-filter':
      return stopped(branch, 'drop', { code: 'rp-filter', source, device: state.inInterface ?? null }, null);
  }
}
