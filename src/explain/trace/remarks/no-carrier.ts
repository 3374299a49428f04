import type { Outcome } from '../../../trace/outcome.ts';
import type { Remark } from '../../trace-list.ts';
import { type RemarkContext, remark } from './context.ts';

/**
 * An interface that is up without carrier keeps its routes, marked `linkdown`, and the kernel goes on using them unless
 * `ignore_routes_with_linkdown` is set (then `ip route` prints `dead`). What is sent there is lost: its queue is noop
 * (linkwatch_do_dev and dev_deactivate, net/core/link_watch.c and net/sched/sch_generic.c, 6.18).
 */
export function noCarrier({ verdict, exit }: Outcome, { known }: RemarkContext): readonly Remark[] {
  if (verdict !== 'accept' || exit?.kind !== 'interface') return [];
  const link = known.host.links?.find(({ name }) => name === exit.name);
  if (link?.carrier !== false) return [];
  const text = `${exit.name} has no carrier (NO-CARRIER in ip addr): what leaves through it is lost`;
  return remark('no-carrier', 'breaks', text, `see what ${exit.name} is connected to`);
}
