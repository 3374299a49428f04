import type { TraceItem } from '../trace-list.ts';

const PASSED = new WeakMap<TraceItem, () => ReadonlySet<string>>();

/** Notes the chains that an item's steps are in, so that who asks for them alone makes no steps: 5,000 endpoints have 30,000. */
export function noteChains(item: TraceItem, chains: () => ReadonlySet<string>): TraceItem {
  PASSED.set(item, chains);
  return item;
}

/** @returns the chains that packets passed which the item tells of. */
export function chainsPassed(item: TraceItem): ReadonlySet<string> {
  return PASSED.get(item)?.() ?? new Set(item.steps.map(({ chain }) => chain));
}
