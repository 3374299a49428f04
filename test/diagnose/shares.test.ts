import { expect, it } from 'vitest';
import { isSure } from '../../src/diagnose/shares.ts';
import type { OutcomeItem, TraceItem } from '../../src/explain/trace-list.ts';

it('are the shares of 5,000 outcomes added up once, and not for each of them?', () => {
  const outcome = { verdict: 'drop', probability: 0.5, given: [], connection: null, remarks: [] };
  const outcomes = [outcome, { ...outcome }] as unknown as readonly OutcomeItem[];
  let asked = 0;
  const item = {
    get outcomes() {
      asked++;
      return outcomes;
    },
  } as unknown as TraceItem;
  expect(outcomes.map((each) => isSure(each, item))).toEqual([true, true]);
  expect(asked).toBe(1);
});
