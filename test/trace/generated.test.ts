import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRule, formatSave } from '../../src/iptables/format.ts';
import type { Rule, Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { lowered } from '../../src/rules/lowered-rule.ts';
import { turn } from '../../src/rules/test.ts';
import { answerTest } from '../../src/trace/fields/answer-test.ts';
import { initialState } from '../../src/trace/initial-state.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { type CaseSpec, caseSpecOf, writeCase } from '../kernel/generate/case.ts';
import { questionOf } from '../kernel/judge/question.ts';
import { sumsByGiven } from './ask.ts';
import { nodeOf } from './node.ts';

// The rule sets that the kernel is asked about, and what must hold of them without it.

const families = ['ipv4', 'ipv6'] as const;
const host = nodeOf({ ipsets: 'create kp4ip hash:ip family inet\nadd kp4ip 192.168.1.2\n' });

function read(text: string, family: 'ipv4' | 'ipv6'): { rulesets: Ruleset[]; problems: ProblemList } {
  const problems = new ProblemList();
  const source = { name: 'generated', bytes: Buffer.from(text) };
  return { rulesets: parseSave(source, { family, backend: 'iptables-legacy' }, problems), problems };
}

function rulesOf(rulesets: readonly Ruleset[]): Rule[] {
  const chains = rulesets
    .flatMap(({ tables }) => [...tables.values()])
    .flatMap(({ chains }) => [...chains.values()]);
  return chains.flatMap(({ rules }) => Array.from({ length: rules.length }, (_, i) => rules.at(i)));
}

/** Runs a property over generated rule sets of both families. */
function forAll(check: (spec: CaseSpec, family: 'ipv4' | 'ipv6') => void, numRuns = 60): void {
  fc.assert(fc.property(caseSpecOf(), fc.constantFrom(...families), check), { numRuns });
}

const AT = { hook: 'PREROUTING', backend: 'iptables-legacy', table: 'mangle' } as const;

describe('Of every generated rule set', () => {
  it('each rule is understood, and printing gives the text back', () => {
    forAll((spec, family) => {
      const { text } = writeCase(spec, 'iptables-legacy', family);
      const { rulesets, problems } = read(text, family);
      expect(problems.list()).toEqual([]);
      // iptables-save prints a table's rules chain by chain; the generator does not.
      const printed = formatSave(...rulesets);
      expect(printed.split('\n').sort()).toEqual(text.split('\n').sort());
      expect(formatSave(...read(printed, family).rulesets)).toBe(printed);
      for (const rule of rulesOf(rulesets)) {
        expect(
          rule.matches.filter(({ kind }) => kind === 'unrecognised'),
          rule.text,
        ).toEqual([]);
        expect(rule.target?.kind, rule.text).not.toBe('unrecognised');
      }
    });
  });
  it('what was printed is read as the same', () => {
    forAll((spec, family) => {
      const once = rulesOf(read(writeCase(spec, 'iptables-legacy', family).text, family).rulesets);
      for (const rule of once) {
        const printed = `*filter\n:${rule.chain} - [0:0]\n${formatRule(rule)}\nCOMMIT\n`;
        const [again] = rulesOf(read(printed, family).rulesets);
        expect(again && { matches: again.matches, target: again.target }, rule.text).toEqual({
          matches: rule.matches,
          target: rule.target?.kind === 'jump' || rule.target?.kind === 'goto' ? again?.target : rule.target,
        });
      }
    }, 20);
  });
  it('`!` turns yes into no and no into yes; what is absent breaks, differs or passes, as the test says', () => {
    forAll((spec, family) => {
      const { text, packets } = writeCase(spec, 'iptables-legacy', family);
      for (const rule of rulesOf(read(text, family).rulesets)) {
        for (const packet of packets) {
          const state = initialState(questionOf(packet, 'NEW'));
          for (const test of lowered(rule).tests) {
            const answer = answerTest(test, { state, host, ...AT, rule });
            if (typeof answer === 'object') continue;
            const sides = [false, true].map((negated) => turn(answer, { ...test, negated }));
            const absent = { breaks: ['no', 'no'], differs: ['no', 'yes'], passes: ['yes', 'yes'] }[
              test.absent
            ];
            expect(sides).toEqual({ yes: ['yes', 'no'], no: ['no', 'yes'], absent }[answer]);
          }
        }
      }
    }, 20);
  });
  it('outcomes with equal conditions add up to 1, whoever asks how often', () => {
    forAll((spec, family) => {
      const { text, packets } = writeCase(spec, 'iptables-legacy', family);
      const { rulesets } = read(text, family);
      for (const packet of packets.slice(0, 3)) {
        const world = { rulesets, host, flows: null, recoverDestination: () => null };
        const trace = tracePacket(questionOf(packet, 'NEW'), world);
        expect(new Set(sumsByGiven(trace))).toEqual(new Set([1]));
        expect(tracePacket(questionOf(packet, 'NEW'), world)).toEqual(trace);
      }
    }, 40);
  });
});
