import { parseAddress } from '../net/address.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { RecentEntry } from './facts.ts';

const LINE = /^src=(\S+) ttl: (\d+) last_seen: (\d+) oldest_pkt: (\d+) ?(.*)$/;

/**
 * Reads one file of /proc/net/xt_recent: `src=10.0.0.1 ttl: 64 last_seen: 4296863134 oldest_pkt: 1 4296863134`
 * (`recent_seq_show` in net/netfilter/xt_recent.c). The stamps are a ring, so they need not be in order.
 * @returns the entries; a line that cannot be read becomes a problem. Never throws.
 */
export function parseRecent(text: string, file: string, problems: ProblemList): RecentEntry[] {
  const entries: RecentEntry[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() === '') continue;
    const match = LINE.exec(line.trim());
    const address = match === null ? null : parseAddress(match[1] ?? '');
    if (match === null || address === null) {
      problems.add('unreadable-line', { of: 'recent' }, file, number);
      continue;
    }
    const [, , ttl = '0', lastSeen = '0', , stamps = ''] = match;
    entries.push({
      address,
      // 0 stands for: no rule of this list asked for the TTL.
      ttl: ttl === '0' ? null : Number(ttl),
      lastSeen: Number(lastSeen),
      stamps: stamps
        .split(',')
        .map((stamp) => stamp.trim())
        .filter((stamp) => /^\d+$/.test(stamp))
        .map(Number),
    });
  }
  return entries;
}
