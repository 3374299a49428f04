import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, compareRules } from './every-packet.ts';
import { pairOfRules } from './small-rules.ts';

/** The pairs that explore.test.ts leaves out: a file of its own, so that both run at once. */
describe('Are the classes that differ exactly those that differ packet by packet?', () => {
  it('on every second of 500 pairs of small rule sets, of the packets that the rules leave open', () => {
    const pairs = fc.sample(pairOfRules, { numRuns: 500, seed: 6 }).filter((_, at) => at % 2 === 1);
    let differing = 0;
    for (const pair of pairs) differing += check(pair, compareRules);
    expect([pairs.length, differing > 2_500]).toEqual([250, true]);
  }, 300_000);
});
