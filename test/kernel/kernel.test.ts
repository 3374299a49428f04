import { describe, expect, it } from 'vitest';
import type { Backend } from '../../src/iptables/ruleset.ts';
import { compare, type Trial } from './compare.ts';
import { whyNoKernel } from './lab.ts';
import { BRIDGE } from './trials/bridge.ts';
import { CONNECTIONS } from './trials/connections.ts';
import { NAT } from './trials/nat.ts';
import { ROUTES } from './trials/routes.ts';
import { RULES } from './trials/rules.ts';

const TRIALS = { ...RULES, ...CONNECTIONS, ...NAT, ...ROUTES, ...BRIDGE };

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
if (missing !== null && !required) console.log(`skipped: test/kernel ${missing}`);

describe.skipIf(missing !== null && !required)('Does the kernel take the way that was traced?', () => {
  it('can be asked', () => expect(missing).toBeNull());

  for (const [question, { rules, ...trial }] of Object.entries(TRIALS)) {
    const variants: (readonly [string, Trial['rules']])[] =
      typeof rules === 'string'
        ? (['iptables-nft', 'iptables-legacy'] as const).map((backend: Backend) => [
            `${question} (${backend})`,
            [{ backend, text: rules }],
          ])
        : [[question, rules]];
    it.each(variants)('%s', (_, texts) => {
      const { kernel, traced } = compare({ ...trial, rules: texts });
      // Where the capture cannot tell, one of the ways must be the kernel's.
      const same = traced.find(({ way }) => JSON.stringify(way) === JSON.stringify(kernel));
      expect(same?.way ?? traced[0]?.way).toEqual(kernel);
      expect(kernel).not.toEqual([]);
      // The condition of that way must be what was done: the backend loaded last.
      const [first, last] = texts;
      if (first !== undefined && last !== undefined && first !== last)
        expect(same?.given.join()).toContain(`the ${last.backend} tables were registered after`);
    });
  }
});
