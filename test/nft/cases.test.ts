import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CaseRun, compareWay, type NftCase, readCases, type Spelling, traceCase } from './case.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/nft/cases');
const CASES = existsSync(FOLDER) ? readCases(FOLDER) : [];

/**
 * A flow that began before any nat chain was hooked is offered to nat all the same, and nat leaves it as it is. No capture
 * tells when a flow began, so the chain is not told; what becomes of the packet is.
 */
const RESULT_ONLY: ReadonlySet<string> = new Set(['case-026']);

/** @returns the nearest difference of any way from the kernel's; null where one way is the kernel's. */
function differenceOf(item: NftCase, run: CaseRun, spelling: Spelling): string | null {
  const trace = traceCase(item, run, spelling, true);
  const steps = RESULT_ONLY.has(item.id) ? 'result' : 'steps';
  const differences = trace.outcomes.map((outcome) => compareWay(outcome, run, trace.packet.family, steps));
  return differences.includes(null) ? null : `${differences.length} ways: ${differences.join('; ')}`;
}

describe.skipIf(CASES.length === 0)('packets that a kernel traced through nft rules', () => {
  it.each(CASES.map((item) => [item.id, item.title, item] as const))('%s: %s', (_id, _title, item) => {
    const spellings: readonly Spelling[] = ['json', 'text', 'json-1.1.3', 'text-1.1.3'];
    const found = item.runs.flatMap((run) =>
      spellings.map((each) => `${each}: ${differenceOf(item, run, each)}`),
    );
    expect(found.filter((each) => !each.endsWith(': null'))).toEqual([]);
  });
});
