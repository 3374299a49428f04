import type { Host } from '../host/facts.ts';
import { findRoute, sentTo } from '../host/find-route.ts';
import { canAnswerFrom } from '../host/local-addresses.ts';
import type { Ending } from './branch.ts';
import { bridgeShown } from './bridge.ts';
import type { TraceContext } from './context.ts';
import { UNBOUND } from './look-up-route.ts';
import type { Reason } from './reason.ts';
import { replyMarks } from './reply-mark.ts';
import type { PacketState } from './state.ts';

/**
 * A refusal that its sender never gets to know. The node routes its answer like a packet of its own: without a route nobody
 * gets it (icmp_route_lookup, icmpv6_route_lookup, ip_route_me_harder). A reset to what came over a port of a bridge is put
 * on that port as it is, so that nobody takes DNAT back, and the client ignores it (nf_send_reset: nf_bridge_info_exists). Of what
 * is delivered an ICMP error comes from the address that it was for, and must be the node's own (icmp_send).
 */
export function unlessUnsent(ending: Ending, context: TraceContext): Ending {
  const { verdict, rejectWith, branch } = ending;
  if (verdict !== 'reject' || rejectWith === null || branch.state.fromNode) return ending;
  const because = unsent(branch.state, rejectWith === 'tcp-reset', context.world.host);
  if (because === null) return ending;
  const reason: Reason = { code: 'answer-unsent', with: rejectWith, because };
  const isSure = because === 'no-route' || because === 'not-translated' || because === 'not-own';
  return { ...ending, verdict: isSure ? 'drop' : 'unknown', reason, rejectWith: null };
}

/**
 * @param state the packet where it is refused @param isReset by a TCP reset; else by an ICMP error
 * @returns why its sender does not get to know, or may not; null where nothing keeps the answer from being sent
 */
export function unsent(
  state: PacketState,
  isReset: boolean,
  host: Host,
): Extract<Reason, { code: 'answer-unsent' }>['because'] | null {
  const { family, source, destination, connection, inInterface, arrivedBy } = state;
  const device = arrivedBy?.device ?? inInterface;
  if (isReset && connection?.dnat === true && bridgeShown(host, family, device) === true)
    return 'not-translated';
  // A reset may have any source that is no broadcast (ip_route_me_harder: FLOWI_FLAG_ANYSRC).
  const isOwn = isReset || state.route?.local !== true || canAnswerFrom(host, destination);
  if (isOwn !== true) return isOwn === false ? 'not-own' : 'perhaps-not-own';
  if (source.address === null || host.routes[family] === null) return null;
  const { address } = source;
  // The answer carries the packet's mark only where it is told to (IP4_REPLY_MARK, IP6_REPLY_MARK).
  const marks = replyMarks(state, `net.${family}.fwmark_reflect`, host);
  const lost = marks.filter(({ mark, markBits }) => {
    const back = findRoute(
      host,
      sentTo(address, {
        source: isReset || state.route?.local === true ? destination : UNBOUND[family],
        mark: markBits === undefined ? mark : null,
        uid: 0,
      }),
    );
    return back.kind !== 'route' && back.kind !== 'unknown';
  });
  if (lost.length === 0) return null;
  return lost.length === marks.length ? 'no-route' : 'perhaps-no-route';
}
