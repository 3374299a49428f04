import type { Host } from '../host/facts.ts';
import { reversePath } from '../host/route-reverse.ts';
import { interfaceSwitch } from '../host/sysctl.ts';
import { sameAddress } from '../net/address.ts';
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
  if (!isCheckedFirst(branch, context)) return null;
  const { host } = context.world;
  if (
    typeof inInterface === 'string' &&
    interfaceSwitch(host, family, 'disable_ipv6', inInterface, 'device') === 1
  )
    return stopped(branch, 'drop', { code: 'ipv6-disabled', device: inInterface }, null);
  return refusedSource(branch, null, context);
}

/** @returns true where the addresses were looked at before PREROUTING: not again, whatever nat made of them. */
export function isCheckedFirst({ state: { family, inInterface } }: Branch, { world }: TraceContext): boolean {
  return family === 'ipv6' && bridgeShown(world.host, family, inInterface) === false;
}

const KNOWN = new WeakMap<Host, boolean>();

/** Whether rp_filter may be on somewhere: asked for every endpoint, and a node has a switch for each of its pods. */
function mayFilter(host: Host): boolean {
  const known = KNOWN.get(host);
  if (known !== undefined) return known;
  const set = [...(host.sysctls ?? [])].filter(([name]) =>
    /^net\.ipv4\.conf\.(?!lo\.).+\.rp_filter$/.test(name),
  );
  const may = set.length === 0 || set.some(([, value]) => value !== '0');
  KNOWN.set(host, may);
  return may;
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
  // What comes over lo has its route; where it lost that, it is looked up like what comes from outside.
  if (state.inInterface === 'lo' && !state.fromNode) return null;
  if (host.routes[state.family] === null && host.links === null) {
    // Without either no sender's address can be told from one that rp_filter drops.
    if (state.family === 'ipv4' && mayFilter(host))
      assume(context, { code: 'source-check', why: { code: 'source-switches-not-captured', source } });
    // IPv6 judges the addresses alone, when they arrive; a bridge may have let PREROUTING change them first.
    if (state.family === 'ipv4' || !sameAddress(state.destination, context.packet.destination)) return null;
  }
  if (state.family === 'ipv4' && state.inInterface === undefined && mayFilter(host))
    assume(context, { code: 'source-check', why: { code: 'in-interface-not-known' } });
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
