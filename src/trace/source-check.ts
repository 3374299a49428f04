import type { Host } from '../host/facts.ts';
import { reversePath } from '../host/route-reverse.ts';
import { interfaceSwitch } from '../host/sysctl.ts';
import type { Branch, Ending } from './branch.ts';
import { bridgeShown } from './bridge.ts';
import { byBridge } from './by-bridge.ts';
import { assume, type TraceContext } from './context.ts';
import { stopped } from './route-endings.ts';
import { knownTos } from './state.ts';

/** A packet where the kernel may judge its addresses: the ways on which it takes it in, and where it does not. */
export interface Judged {
  readonly taken: readonly Branch[];
  readonly refused: readonly Ending[];
}

/**
 * IPv6 looks at the addresses as the packet arrives, before PREROUTING (ip6_rcv_core). Frames of a bridge that
 * br_netfilter shows to iptables have passed PREROUTING by then.
 */
export function judgedOnArrival(branch: Branch, context: TraceContext): Judged {
  return branch.state.family === 'ipv6' ? judged(branch, 'first', context) : { taken: [branch], refused: [] };
}

/**
 * What becomes of it once PREROUTING has passed: IPv4, and IPv6 that a bridge showed before, are judged then. Nothing is judged twice,
 * whatever nat made of it.
 */
export function judgedOnceUp(branch: Branch, outInterface: string | null, context: TraceContext): Judged {
  if (branch.state.family === 'ipv6') return judged(branch, 'late', context);
  const ending = refusedSource(branch, outInterface, context);
  return ending === null ? { taken: [branch], refused: [] } : { taken: [], refused: [ending] };
}

/** Where links were not captured, who judges first is asked only where it decides. */
function judged(branch: Branch, when: 'first' | 'late', context: TraceContext): Judged {
  const taken: Judged = { taken: [branch], refused: [] };
  const shown = bridgeShown(context.world.host, 'ipv6', branch.state.inInterface);
  if (shown === (when === 'first')) return taken;
  if (refusedIpv6(branch, context) === null) return taken;
  const ways = byBridge(branch, context);
  const isLate = when === 'late';
  return {
    taken: ways.flatMap(({ branch: way, held }) => (held === isLate ? [] : [way])),
    refused: ways.flatMap(({ branch: way, held }) =>
      held === isLate ? (refusedIpv6(way, context) ?? []) : [],
    ),
  };
}

function refusedIpv6(branch: Branch, context: TraceContext): Ending | null {
  const { inInterface } = branch.state;
  const isOff =
    typeof inInterface === 'string' &&
    interfaceSwitch(context.world.host, 'ipv6', 'disable_ipv6', inInterface, 'device') === 1;
  if (isOff) return stopped(branch, 'drop', { code: 'ipv6-disabled', device: inInterface }, null);
  return refusedSource(branch, null, context);
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
function refusedSource(branch: Branch, outInterface: string | null, context: TraceContext): Ending | null {
  const { state } = branch;
  const { host } = context.world;
  const source = state.source.address;
  if (source === null || state.inInterface === null) return null;
  // What comes over lo has its route; where it lost that, it is looked up like what comes from outside.
  if (state.inInterface === 'lo' && !state.fromNode) return null;
  if (host.routes[state.family] === null && host.links === null) {
    // Without either no sender's address can be told from one that rp_filter drops.
    if (state.family === 'ipv4') {
      if (mayFilter(host))
        assume(context, { code: 'source-check', why: { code: 'source-switches-not-captured', source } });
      return null;
    }
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
