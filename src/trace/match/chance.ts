import type { MatchOf } from '../../iptables/match.ts';
import { type Address, sameAddress } from '../../net/address.ts';
import { type Answer, unknown } from '../answer.ts';
import type { RecentSubject } from '../question.ts';
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
  return unknown({
    code: 'recent',
    list: match.list,
    subject: subjectOf(match, state, address),
    seconds: match.seconds,
    hitcount: match.hitcount,
    changed: done !== null,
    captured: list !== undefined,
  });
}

/** NAT makes another address of it on the way, which is another question. */
function subjectOf(
  { side }: MatchOf<'recent'>,
  { sourceRewrite }: PacketState,
  address: Address | null,
): RecentSubject {
  if (side === 'destination') return { who: 'destination', address };
  return sourceRewrite === 'none' ? { who: 'client', address: null } : { who: 'rewritten-source', address };
}
