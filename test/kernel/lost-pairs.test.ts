import { describe, expect, it } from 'vitest';
import { compareStates } from '../../src/diff/compare-states.ts';
import { whyNoKernel } from './lab.ts';
import { type Compare, runPairs } from './lost/pairs.ts';

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
const PAIRS = Number(process.env.KP_EXPLAIN_LOST_PAIRS ?? 30);

/** A diff that forgets which files it never saw. */
const forgetful: Compare = (...sides) => {
  const { proof, witnesses } = compareStates(...sides);
  return proof.unexplored.length === 0 && witnesses.length === 0;
};

describe.skipIf(missing !== null && !required)(
  'Does diff say "no change" where the kernel made a difference?',
  () => {
    it('not of captures that lack files, on nodes to which something was done', {
      timeout: 600_000,
    }, async () => {
      expect(missing).toBeNull();
      const report = await runPairs(1, PAIRS);
      console.log(`pairs: ${report.pairs}, ${report.alike} alike, ${report.packets} packets`);
      expect(report.disagreements).toEqual([]);
      expect(report.alike).toBeGreaterThan(2);
      expect(report.packets).toBeGreaterThan(5);
    });

    it('and one that forgot what it never saw is caught', { timeout: 600_000 }, async () => {
      expect((await runPairs(1, PAIRS, forgetful)).disagreements).not.toEqual([]);
    });
  },
);
