import type { MatchOf } from '../../iptables/match.ts';
import { prefixContains } from '../../net/prefix.ts';
import { type Answer, yesNo } from '../answer.ts';
import type { MatchContext } from './context.ts';

/** `--ipvs`: whether IPVS took the packet (ipvs_mt, net/netfilter/xt_ipvs.c). */
export function taken(_: MatchOf<'ipvs'>, { state }: MatchContext): Answer {
  return yesNo(state.balancedBy !== null);
}

export function protocol(match: MatchOf<'ipvs-protocol'>, context: MatchContext): Answer {
  return ofRequest(context, () => context.state.protocol === match.protocol);
}

export function address({ prefix }: MatchOf<'ipvs-address'>, context: MatchContext): Answer {
  return ofRequest(context, ({ address: virtual }) => prefixContains(prefix, virtual));
}

export function port(match: MatchOf<'ipvs-port'>, context: MatchContext): Answer {
  return ofRequest(context, (virtual) => virtual.port === match.port);
}

type Socket = Extract<NonNullable<MatchContext['state']['balancedBy']>, { by: 'socket' }>;

/**
 * The matcher looks IPVS' connection up by the ends that the packet has: it finds a request that was sent on, and no
 * answer. Where it finds none it says no, whichever way the option is turned.
 */
function ofRequest({ state }: MatchContext, holds: (virtual: Socket) => boolean): Answer {
  const { balancedBy, connection } = state;
  if (balancedBy === null || connection?.direction === 'REPLY') return 'never';
  return balancedBy.by === 'mark' ? 'never' : yesNo(holds(balancedBy));
}
