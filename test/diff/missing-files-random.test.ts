import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetOf, worldOf } from '../trace/ask.ts';
import { findDiffering } from './every-packet.ts';
import {
  diff,
  EVENTS,
  type Event,
  FACTS,
  type Fact,
  knownWith,
  nodeAfter,
  without,
} from './missing-files.ts';
import { pairOfRules, saveOf } from './small-rules.ts';

const lost = fc.oneof(fc.constant([]), fc.subarray([...FACTS], { maxLength: 2 }));

/** Two states of a node: rules that are often the same, what happened in between, and what either capture lacks. */
const pairs = fc.record({
  rules: pairOfRules,
  sameRules: fc.boolean(),
  event: fc.option(fc.constantFrom(...(Object.keys(EVENTS) as Event[])), { freq: 2 }),
  lost: fc.tuple(lost, lost),
});

/** The sets that a rule of either side names; `pairs` and `blocked` are the only ones. */
const asksSets = (texts: readonly string[]): boolean => texts.some((text) => text.includes('--match-set'));

/** What `ip addr` tells of with -d alone. */
const PORT_EVENTS: ReadonlySet<Event | null> = new Set<Event>([
  'one port has no hairpin mode',
  'two ports are isolated',
]);

const PAIRS = Number(process.env.KP_EXPLAIN_DIFF_PAIRS ?? 200);

describe('Is there a false "no change" where files are left out at random?', () => {
  it('on random pairs, against every packet traced through the whole files', () => {
    const found = { proved: 0, open: 0, changed: 0 };
    for (const { rules, sameRules, event, lost } of fc.sample(pairs, { numRuns: PAIRS, seed: 22 })) {
      const texts = [saveOf(rules[0]), saveOf(sameRules ? rules[0] : rules[1])] as const;
      const hosts = [nodeAfter(null), nodeAfter(event)] as const;
      const { identical, proof, witnesses } = diff(
        knownWith(texts[0], without(hosts[0], lost[0])),
        knownWith(texts[1], without(hosts[1], lost[1])),
        // What is left open for want of budget is no proof either.
        { budget: 1000 },
      );
      const shown = JSON.stringify({ texts, event, lost, proof });
      // Both sides took `ip addr` without -d: ports are taken to be alike, which is named beside the proof and does not undo it.
      const untold = lost.every((facts: readonly Fact[]) => facts.includes('details'));
      const named = untold && PORT_EVENTS.has(event);
      const needed = lost
        .flat()
        .filter((fact) => (fact !== 'ipsets' || asksSets(texts)) && (fact !== 'details' || !untold));
      if (needed.length > 0) expect([identical, proof.complete], shown).toEqual([false, false]);
      else expect(proof.lacking.length > 0, shown).toBe(event === 'one port has no hairpin mode' && !untold);
      if (named && identical)
        expect(
          proof.restsOn.map(({ code }) => code),
          shown,
        ).toContain('bridge-ports');
      else if (identical) {
        const worlds = texts.map((text, at) =>
          worldOf(text, packetOf({}), { host: hosts[at] ?? nodeAfter(null) }),
        );
        const [before, after] = worlds;
        if (before === undefined || after === undefined) throw new Error('two sides');
        expect(event, shown).not.toBe('a native table drops');
        expect(findDiffering([before, after]), shown).toBeNull();
      }
      if (identical) found.proved++;
      else if (witnesses.length > 0) found.changed++;
      else found.open++;
    }
    expect(found.proved).toBeGreaterThan(20);
    expect(found.open).toBeGreaterThan(20);
    expect(found.changed).toBeGreaterThan(20);
  }, 7_200_000);
});
