import type { MatchOf } from '../../iptables/match.ts';
import { formatAddress } from '../../net/address.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { MatchContext } from './context.ts';

/** `-m iprange`: addresses compare as numbers, ends included (net/netfilter/xt_iprange.c). */
export function iprange(match: MatchOf<'iprange'>, { state }: MatchContext): Answer {
  const address = match.side === 'source' ? state.source.address : state.destination;
  if (address !== null) return yesNo(address.value >= match.from && address.value <= match.to);
  const { family } = state;
  const name = `${formatAddress({ family, value: match.from })}-${formatAddress({ family, value: match.to })}`;
  return unknown(
    'source-address',
    `source range ${name}`,
    { holds: `the client's address lies in ${name}`, fails: `the client's address lies outside ${name}` },
    'give the client with --from ADDRESS',
  );
}
