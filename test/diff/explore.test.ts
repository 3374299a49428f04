import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, compareRules, exploreAll } from './every-packet.ts';
import { pairOfRules } from './small-rules.ts';

describe('Are the classes that differ exactly those that differ packet by packet?', () => {
  it('on every second of 500 pairs of small rule sets, of the packets that the rules leave open', () => {
    const pairs = fc.sample(pairOfRules, { numRuns: 500, seed: 6 }).filter((_, at) => at % 2 === 0);
    let differing = 0;
    for (const pair of pairs) differing += check(pair, compareRules);
    expect([pairs.length, differing > 2_500]).toEqual([250, true]);
  }, 300_000);

  it('on 40 pairs, of every packet there can be', () => {
    for (const pair of fc.sample(pairOfRules, { numRuns: 40, seed: 7 })) check(pair, exploreAll);
  }, 300_000);
});
