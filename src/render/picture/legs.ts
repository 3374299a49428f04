import type { LegItem } from '../../explain/connection/connection-item.ts';
import type { OutcomeItem } from '../../explain/trace-list.ts';

/** A stretch of a connection on one node: step ids in the order in which the kernel meets them. */
export type Leg = Pick<LegItem, 'node' | 'direction' | 'path'>;

/** @returns the stretches of an outcome: those of its connection where it tells them, else the one path of the packet. */
export function legsOf({ connection, path }: OutcomeItem): readonly Leg[] {
  const legs = connection?.legs ?? [];
  return legs.length > 0 ? legs : [{ node: null, direction: 'request', path }];
}
