import type { Host } from '../host/facts.ts';
import { sysctlNumber } from '../host/sysctl.ts';
import { unknown } from './answer.ts';
import { type Branch, turned } from './branch.ts';
import { eitherWay } from './choose.ts';
import type { TraceContext } from './context.ts';
import { ended, next, type Passage } from './passage.ts';
import type { Reason } from './reason.ts';

/**
 * A full table has no room for a new connection: nf_conntrack_in drops the packet, unless early_drop finds an entry that
 * has seen too little traffic to be ASSURED in the few buckets it looks at (__nf_conntrack_alloc and early_drop,
 * net/netfilter/nf_conntrack_core.c, 6.18). Which buckets these are depends on the boot's hash seed.
 * @param after the branch as conntrack left it
 */
export function whereTableIsFull(before: Branch, after: Branch, context: TraceContext): Passage[] {
  const { connection } = after.state;
  const isNew = before.state.connection === null && connection !== null && !connection.confirmed;
  if (!isNew || connection.fromCapture || context.packet.state !== 'NEW') return [next(after)];
  const { host, flows } = context.world;
  const full = fullTable(host);
  if (full === null) return [next(after)];
  const { count } = full;
  const reason: Reason = { code: 'conntrack-full', ...full };
  const drop = (branch: Branch): Passage =>
    ended({
      branch: turned(branch, 'conntrack', { fact: 'ended', reason }),
      verdict: 'drop',
      reason,
      rejectWith: null,
      exit: null,
    });
  // A listing of every entry, all of them ASSURED, leaves nothing to throw out.
  if (flows !== null && flows.count >= count && allAssured(flows.all())) return [drop(after)];
  return eitherWay(after, QUESTION, context.questions).map(({ branch, held }) =>
    held ? drop(branch) : next(branch),
  );
}

/** Sysctls that tell how full the table is; the last is the older name of the second. */
export const TABLE_SYSCTLS = [
  'net.netfilter.nf_conntrack_count',
  'net.netfilter.nf_conntrack_max',
  'net.nf_conntrack_max',
] as const;

/** @returns how many entries conntrack's table holds and may hold, where it has no room; null where it has, or the capture does not tell. */
export function fullTable(host: Host): { readonly count: number; readonly most: number } | null {
  const [ofCount, ofMost, older] = TABLE_SYSCTLS;
  const count = sysctlNumber(host, ofCount);
  const most = sysctlNumber(host, ofMost) ?? sysctlNumber(host, older);
  // 0 means no limit.
  return count === null || most === null || most === 0 || count < most ? null : { count, most };
}

const QUESTION = unknown({ code: 'conntrack-full' });

function allAssured(flows: Iterable<{ readonly status: readonly string[] }>): boolean {
  for (const { status } of flows) if (!status.includes('ASSURED')) return false;
  return true;
}
