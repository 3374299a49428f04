import { findRoute } from '../host/find-route.ts';
import { canAnswerFrom } from '../host/local-addresses.ts';
import { sysctlNumber } from '../host/sysctl.ts';
import type { Ending } from './branch.ts';
import { bridgeShown } from './bridge.ts';
import type { TraceContext } from './context.ts';
import { UNBOUND } from './look-up-route.ts';
import type { Reason } from './reason.ts';

/**
 * A refusal that its sender never gets to know. The node routes its answer like a packet of its own: without a route nobody
 * gets it (icmp_route_lookup, icmpv6_route_lookup, ip_route_me_harder). A reset to what came over a port of a bridge is put
 * on that port as it is, so that nobody takes DNAT back, and the client ignores it (nf_send_reset: nf_bridge_info_exists). Of what
 * is delivered an ICMP error comes from the address that it was for, and must be the node's own (icmp_send).
 */
export function unlessUnsent(ending: Ending, context: TraceContext): Ending {
  const { verdict, rejectWith, branch } = ending;
  if (verdict !== 'reject' || rejectWith === null || branch.state.fromNode) return ending;
  const because = unsent(ending, rejectWith === 'tcp-reset', context);
  if (because === null) return ending;
  const reason: Reason = { code: 'answer-unsent', with: rejectWith, because };
  return { ...ending, verdict: because === 'perhaps-not-own' ? 'unknown' : 'drop', reason, rejectWith: null };
}

function unsent(
  { branch: { state } }: Ending,
  isReset: boolean,
  { world: { host } }: TraceContext,
): Extract<Reason, { code: 'answer-unsent' }>['because'] | null {
  const { family, source, destination, connection, inInterface, arrivedBy } = state;
  const device = arrivedBy ?? inInterface;
  if (isReset && connection?.dnat === true && bridgeShown(host, family, device) === true)
    return 'not-translated';
  if (source.address === null || host.routes[family] === null) return null;
  // A reset may have any source that is no broadcast (ip_route_me_harder: FLOWI_FLAG_ANYSRC).
  const isOwn = isReset || state.route?.local !== true || canAnswerFrom(host, destination);
  if (isOwn !== true) return isOwn === false ? 'not-own' : 'perhaps-not-own';
  const back = findRoute(host, {
    family,
    destination: source.address,
    source: isReset || state.route?.local === true ? destination : UNBOUND[family],
    // The answer carries the packet's mark only where it is told to (IP4_REPLY_MARK, IP6_REPLY_MARK).
    mark: sysctlNumber(host, `net.${family}.fwmark_reflect`) === 1 ? state.mark : 0,
    inInterface: 'lo',
    outInterface: null,
    protocol: null,
    sourcePort: null,
    destinationPort: null,
    uid: 0,
  });
  return back.kind === 'route' || back.kind === 'unknown' ? null : 'no-route';
}
