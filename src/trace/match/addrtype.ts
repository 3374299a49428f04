import { matchesAddressType } from '../../host/address-type.ts';
import type { MatchOf } from '../../iptables/match.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import type { Question } from '../question.ts';
import type { MatchContext } from './context.ts';

/** `-m addrtype` (net/netfilter/xt_addrtype.c): what the routing tables call the packet's source or destination. */
export function addrtype(match: MatchOf<'addrtype'>, context: MatchContext): Answer {
  const { state, host } = context;
  const device = match.limit === 'in' ? state.inInterface : match.limit === 'out' ? state.outInterface : null;
  if (match.limit !== null && device === undefined) return open(match, context);
  const told = match.side === 'source' ? state.source.local : state.destinationLocal;
  if (told !== null && match.limit === null && match.types.length === 1 && match.types[0] === 'LOCAL')
    return yesNo(told);
  const address = match.side === 'source' ? state.source.address : state.destination;
  if (address === null) return open(match, context);
  const answer = matchesAddressType(host, state.family, address, match.types, device ?? null);
  return answer === 'unknown' ? open(match, context) : answer;
}

function open({ side, types, limit }: MatchOf<'addrtype'>, { state }: MatchContext): Answer {
  const address = side === 'source' ? state.source.address : state.destination;
  const question: Question = { code: 'address-type', side, address, types, limit };
  if (limit !== null || types.length !== 1 || types[0] !== 'LOCAL') return unknown(question);
  return unknown(question, (before, held) =>
    side === 'source'
      ? { ...before, source: { ...before.source, local: held } }
      : { ...before, destinationLocal: held },
  );
}
