import type { ConntrackStats } from '../../conntrack/parse-stats.ts';
import { type CounterSample, growthOfConntrack } from '../../host/counter-sample.ts';
import type { CounterRemark, Severity } from '../flow-list.ts';

/**
 * What counters of `conntrack -S` mean (net/netfilter/nf_conntrack_core.c, 6.18). They count since the namespace began:
 * whether they still grow, only a second sample tells.
 */
const MEANINGS: readonly (readonly [string, Severity, string])[] = [
  [
    'insert_failed',
    'warning',
    'packets dropped because another packet had made the same entry first: two DNS queries from one socket (A and AAAA) do that, and the client waits 5 s for the one that was lost',
  ],
  ['drop', 'warning', 'packets dropped for want of an entry: the table or the memory was full'],
  [
    'early_drop',
    'warning',
    'entries without traffic in both directions thrown out to make room in a full table',
  ],
  ['chaintoolong', 'warning', 'packets dropped because too many entries share a hash bucket'],
  [
    'clash_resolve',
    'info',
    'races of two first packets that the kernel could settle without loss: DNS queries from one socket do that, and no query was lost by it',
  ],
  ['invalid', 'info', 'packets that fit no connection; rules with --ctstate INVALID drop them'],
  ['error', 'info', 'packets that could not be tracked at all, such as malformed ICMP'],
];

/** @param sample what they did between two samples; null: one was taken. @returns the counters that are not zero and say something, those that cost packets first. */
export function remarkOnCounters(
  stats: ConntrackStats,
  sample: CounterSample | null = null,
): CounterRemark[] {
  return MEANINGS.flatMap(([counter, severity, text]) => {
    const total = stats.totals.get(counter) ?? 0;
    const grown = growthOfConntrack(sample, counter);
    return total === 0 ? [] : [{ counter, total, ...(grown === null ? {} : { grown }), severity, text }];
  });
}
