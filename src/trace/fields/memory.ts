import { type Address, sameAddress } from '../../net/address.ts';
import type { RecentList } from '../../rules/test.ts';
import { type Unknown, unknown } from '../answer.ts';
import type { RecentSubject } from '../question.ts';
import { recentAddress, recentOnTheWay } from '../recent-lists.ts';
import type { PacketState } from '../state.ts';
import type { Evaluator } from './context.ts';

/**
 * `(random & 0x7fffffff) < probability` (net/netfilter/xt_statistic.c); of a counter that no dump shows, one in `every` over
 * many packets.
 */
export const chance: Evaluator<'chance'> = ({ in: { probability, every } }) =>
  every !== null && every.n <= 1 ? 'yes' : { kind: 'chance', probability };

/**
 * `-m recent` (net/netfilter/xt_recent.c). `--set` always matches. The other actions ask whether the address is in
 * the list; how long ago it was seen is not known even with /proc/net/xt_recent, which counts the node's own ticks.
 */
export const recent: Evaluator<'recent'> = ({ in: asked }, { state, host }) => {
  if (asked.action === 'set') return 'yes';
  const done = recentOnTheWay(asked, state);
  if (done === 'removed') return 'no';
  if (done === 'entered' && asked.hitcount === null) return 'yes';
  const address = recentAddress(asked, state);
  const list = host.recent?.get(asked.list);
  if (list !== undefined && address !== null && done !== 'perhaps') {
    const entry = list.find((candidate) => sameAddress(candidate.address, address));
    if (entry === undefined && done === null) return 'no';
    if (asked.seconds === null && asked.hitcount === null && !asked.rttl) return 'yes';
  }
  const captured = list !== undefined;
  const subject = subjectOf(asked, state, address);
  const isUsual = subject.who === 'client' && done === null && !captured;
  const known = isUsual ? USUAL.get(asked) : undefined;
  if (known !== undefined) return known;
  const { seconds, hitcount } = asked;
  const changed = done !== null;
  const open = unknown({ code: 'recent', list: asked.list, subject, seconds, hitcount, changed, captured });
  if (isUsual) USUAL.set(asked, open);
  return open;
};

/** What is asked of lists that were not captured, for a client whose packets nothing rewrote: 5,000 endpoints have one each. */
const USUAL = new WeakMap<RecentList, Unknown>();

/** NAT makes another address of it on the way, which is another question. */
function subjectOf(
  { side }: RecentList,
  { sourceRewrite }: PacketState,
  address: Address | null,
): RecentSubject {
  if (side === 'destination') return { who: 'destination', address };
  return sourceRewrite === 'none' ? { who: 'client', address: null } : { who: 'rewritten-source', address };
}
