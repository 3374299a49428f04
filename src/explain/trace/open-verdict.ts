import type { OutcomeItem, TraceList } from '../trace-list.ts';
import { rulesMissingOf } from './remarks/rules-missing.ts';
import { plainOutcome } from './twin-item.ts';

/**
 * @returns the list as a document says it: where chains that were not captured may end the packet, no verdict is known. Where it goes
 *   as far as was captured stays beside that.
 */
export function withOpenVerdicts(list: TraceList): TraceList {
  return {
    ...list,
    items: list.items.map((item) => ({ ...item, outcomes: item.outcomes.map(withOpenVerdict) })),
  };
}

function withOpenVerdict(outcome: OutcomeItem): OutcomeItem {
  const plain = plainOutcome(outcome);
  const missing = rulesMissingOf(plain.remarks);
  if (missing === null) return plain;
  const { code, text, settle } = missing;
  return { ...plain, verdict: 'unknown', reason: { code, text, settle } };
}
