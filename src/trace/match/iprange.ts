import type { MatchOf } from '../../iptables/match.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { MatchContext } from './context.ts';

/** `-m iprange`: addresses compare as numbers, ends included (net/netfilter/xt_iprange.c). */
export function iprange(match: MatchOf<'iprange'>, { state }: MatchContext): Answer {
  const address = match.side === 'source' ? state.source.address : state.destination;
  if (address !== null) return yesNo(address.value >= match.from && address.value <= match.to);
  const { family } = state;
  return unknown({
    code: 'source-address',
    within: { kind: 'range', from: { family, value: match.from }, to: { family, value: match.to } },
  });
}
