import type { Flow } from './flow.ts';
import { keyOfFlow } from './flow-key.ts';
import { type FlowTable, NO_FLOWS } from './flow-table.ts';

/**
 * Joins listings of one node, one per family for instance, into one table. `conntrack -L` lists both families, so that
 * an entry of a second listing may stand in the first one too: it then counts once, as the first listing has it.
 * `count` is the sum over the listings.
 */
export function joinFlows(tables: readonly FlowTable[]): FlowTable {
  const [first, ...others] = tables;
  if (first === undefined) return NO_FLOWS;
  if (others.length === 0) return first;
  return {
    get count(): number {
      return tables.reduce((sum, table) => sum + table.count, 0);
    },
    get halfZoned(): boolean {
      return tables.some(({ halfZoned }) => halfZoned);
    },
    findFlow(query) {
      for (const table of tables) {
        const found = table.findFlow(query);
        if (found !== null) return found;
      }
      return null;
    },
    flowsTo: (query) => [
      ...withoutRepeats(
        first.flowsTo(query),
        others.map((table) => table.flowsTo(query)),
      ),
    ],
    flowsAt: (query) => [
      ...withoutRepeats(
        first.flowsAt(query),
        others.map((table) => table.flowsAt(query)),
      ),
    ],
    all: () =>
      withoutRepeats(
        first.all(),
        others.map((table) => table.all()),
      ),
  };
}

function* withoutRepeats(first: Iterable<Flow>, others: readonly Iterable<Flow>[]): Iterable<Flow> {
  // Only the later listings are held in memory: they are the small ones.
  const later = new Map<string, Flow>();
  for (const flows of others) {
    for (const flow of flows) {
      const key = keyOfFlow(flow);
      if (!later.has(key)) later.set(key, flow);
    }
  }
  for (const flow of first) {
    if (later.size > 0) later.delete(keyOfFlow(flow));
    yield flow;
  }
  yield* later.values();
}
