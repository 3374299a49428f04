import type { MatchOf } from '../../iptables/match.ts';
import { type Address, formatAddress, sameAddress } from '../../net/address.ts';
import { type Answer, unknown } from '../answer.ts';
import { recentAddress, recentOnTheWay } from '../recent-lists.ts';
import type { PacketState } from '../state.ts';
import type { MatchContext } from './context.ts';

/** `-m statistic --mode random`: `(random & 0x7fffffff) < probability` (net/netfilter/xt_statistic.c). */
export function statisticRandom(match: MatchOf<'statistic-random'>): Answer {
  return { kind: 'chance', probability: match.probability };
}

/** `-m statistic --mode nth`: a counter that no dump shows, so over many packets one in `every`. */
export function statisticNth(match: MatchOf<'statistic-nth'>): Answer {
  return match.every <= 1 ? 'yes' : { kind: 'chance', probability: 1 / match.every };
}

/**
 * `-m recent` (net/netfilter/xt_recent.c). `--set` always matches. The other actions ask whether the address is in
 * the list; how long ago it was seen is not known even with /proc/net/xt_recent, which counts the node's own ticks.
 */
export function recent(match: MatchOf<'recent'>, { state, host }: MatchContext): Answer {
  if (match.action === 'set') return 'yes';
  const done = recentOnTheWay(match, state);
  if (done === 'removed') return 'no';
  if (done === 'entered' && match.hitcount === null) return 'yes';
  const address = recentAddress(match, state);
  const list = host.recent?.get(match.list);
  if (list !== undefined && address !== null && done !== 'perhaps') {
    const entry = list.find((candidate) => sameAddress(candidate.address, address));
    if (entry === undefined && done === null) return 'no';
    if (match.seconds === null && match.hitcount === null && !match.rttl) return 'yes';
  }
  const within = match.seconds === null ? '' : ` within the last ${match.seconds} s`;
  const often = match.hitcount === null ? '' : ` at least ${match.hitcount} times`;
  const who = subjectOf(match, state, address);
  const then = done === null ? '' : ', after what earlier rules did to the list';
  return unknown(
    'recent',
    `recent ${match.list} ${who} ${match.seconds ?? ''} ${match.hitcount ?? ''}${then}`,
    {
      holds: `${who} was entered in list ${match.list}${often}${within}${then}`,
      fails: `${who} was not entered in list ${match.list}${often}${within}${then}`,
    },
    // A captured list tells that the client is in it, and nothing more can be captured.
    list === undefined ? 'capture /proc/net/xt_recent/* (one file for each list)' : null,
  );
}

/** NAT makes another address of it on the way, which is another question. */
function subjectOf({ side }: MatchOf<'recent'>, state: PacketState, address: Address | null): string {
  const name = address === null ? '' : ` ${formatAddress(address)}`;
  if (side === 'destination') return `the destination${name}`;
  return state.sourceRewrite === 'none' ? 'the client' : `the rewritten source${name}`;
}
