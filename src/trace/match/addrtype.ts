import { matchesAddressType } from '../../host/address-type.ts';
import type { MatchOf } from '../../iptables/match.ts';
import { formatAddress } from '../../net/address.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
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

function open(match: MatchOf<'addrtype'>, { state }: MatchContext): Answer {
  const address = match.side === 'source' ? state.source.address : state.destination;
  const name = address === null ? 'the client' : formatAddress(address);
  const limit = match.limit === null ? '' : ` on the ${match.limit === 'in' ? 'input' : 'output'} interface`;
  const what = match.types.join(' or ');
  const clause = (not: string): string => `${name} is ${not}a ${what} address of this node${limit}`;
  const settle =
    address === null
      ? 'give the client with --from ADDRESS'
      : 'capture `ip -j addr` and `ip -j route show table all`';
  if (match.side === 'source' && what === 'LOCAL' && match.limit === null) {
    return unknown(
      'address-type',
      `addrtype source ${what}`,
      { holds: clause(''), fails: clause('not ') },
      settle,
      (before, held) => ({ ...before, source: { ...before.source, local: held } }),
    );
  }
  if (match.side === 'destination' && what === 'LOCAL' && match.limit === null) {
    return unknown(
      'address-type',
      `addrtype destination ${name} ${what}`,
      { holds: clause(''), fails: clause('not ') },
      settle,
      (before, held) => ({ ...before, destinationLocal: held }),
    );
  }
  return unknown(
    'address-type',
    `addrtype ${match.side} ${name} ${what} ${match.limit ?? ''}`,
    { holds: clause(''), fails: clause('not ') },
    settle,
  );
}
