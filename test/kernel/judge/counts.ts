import type { Chain, Rule } from '../../../src/iptables/ruleset.ts';
import { lowered } from '../../../src/rules/lowered-rule.ts';
import { type Test, turn } from '../../../src/rules/test.ts';
import { answerTest } from '../../../src/trace/fields/answer-test.ts';
import { iptablesRule, type Outcome, type PathEntry } from '../../../src/trace/outcome.ts';
import type { World } from '../../../src/trace/world.ts';
import { addSides, type Sides, sidesOf } from './sides.ts';

/** Fields that one evaluator answers are counted as one, under the first of them. */
const SHARED: Readonly<Partial<Record<Test['field'], Test['field']>>> = {
  'ct.original.daddr': 'ct.original.saddr',
  'ct.reply.saddr': 'ct.original.saddr',
  'ct.reply.daddr': 'ct.original.saddr',
  'ct.original.dport': 'ct.original.sport',
  'ct.reply.sport': 'ct.original.sport',
  'ct.reply.dport': 'ct.original.sport',
  'bridge.port.out': 'bridge.port.in',
  'meta.oifgroup': 'meta.iifgroup',
};

/** Counts by the field of a test and by the kind of target. */
export class Counts {
  readonly fields = new Map<string, Sides>();
  readonly targets = new Map<string, Sides>();

  /** Counts what the kernel has confirmed by going the way of this outcome. */
  add(outcome: Outcome, world: World): void {
    let frames: Frame[] = [];
    for (const entry of outcome.path) {
      frames = framesAt(frames, entry, world);
      const frame = frames.at(-1);
      if (frame === undefined) continue;
      const rule = iptablesRule(entry.step);
      const at = rule === null ? frame.chain.rules.length : rule.number - 1;
      for (let i = frame.position; i < at; i++) this.#missed(frame.chain.rules.at(i), entry, world);
      frame.position = at + 1;
      if (rule !== null) this.#passed(rule, entry, world, frames);
    }
  }

  /** Takes over what another lane counted. */
  merge(other: Counts): void {
    addSides(this.fields, other.fields);
    addSides(this.targets, other.targets);
  }

  #passed(rule: Rule, entry: PathEntry, world: World, frames: Frame[]): void {
    for (const test of lowered(rule).tests) {
      const sides = sidesOf(this.fields, nameOf(test));
      if (isOpen(test, rule, entry, world)) sides.forked++;
      else sides.held++;
    }
    const { target } = rule;
    sidesOf(this.targets, target?.kind ?? 'none').held++;
    if (target?.kind !== 'jump' && target?.kind !== 'goto') return;
    if (target.kind === 'goto') frames.pop();
    const chain = chainOf(entry, target.chain, world);
    if (chain !== undefined) frames.push({ chain, position: 0 });
  }

  #missed(rule: Rule, entry: PathEntry, world: World): void {
    sidesOf(this.targets, rule.target?.kind ?? 'none').failed++;
    const answers = lowered(rule).tests.map((test) => ({ test, answer: answerTo(test, rule, entry, world) }));
    for (const { test, answer } of answers)
      if (answer === 'open') sidesOf(this.fields, nameOf(test)).forked++;
    // Where several fail, the kernel's passing by proves none of them.
    const failed = answers.filter(({ answer }) => answer !== 'yes');
    const [only] = failed;
    if (only !== undefined && failed.length === 1 && only.answer === 'no')
      sidesOf(this.fields, nameOf(only.test)).failed++;
  }
}

interface Frame {
  readonly chain: Chain;
  position: number;
}

/** The chains that the walk is in as it comes to a step. */
function framesAt(frames: readonly Frame[], entry: PathEntry, world: World): Frame[] {
  const at = entry.step.rule === null ? Number.POSITIVE_INFINITY : entry.step.rule.number - 1;
  const known = frames.findLastIndex(
    ({ chain, position }) =>
      chain.name === entry.step.chain &&
      chain.table === entry.step.table &&
      position <= Math.min(at, chain.rules.length),
  );
  if (known >= 0) return frames.slice(0, known + 1);
  const chain = chainOf(entry, entry.step.chain, world);
  return chain === undefined ? [] : [{ chain, position: 0 }];
}

function chainOf({ step }: PathEntry, name: string, world: World): Chain | undefined {
  if (step.program !== 'iptables') return undefined;
  const ruleset = world.rulesets.find(({ backend }) => backend === step.backend);
  return ruleset?.tables.get(step.table)?.chains.get(name);
}

function answerTo(test: Test, rule: Rule, { state, step }: PathEntry, world: World): 'yes' | 'no' | 'open' {
  if (step.program !== 'iptables') return 'open';
  const { hook, backend, table } = step;
  const answer = answerTest(test, { state, host: world.host, hook, backend, table, rule });
  return typeof answer === 'object' ? 'open' : turn(answer, test);
}

function isOpen(test: Test, rule: Rule, entry: PathEntry, world: World): boolean {
  return answerTo(test, rule, entry, world) === 'open';
}

function nameOf(test: Test): string {
  return test.field === 'opaque' ? test.in.module : (SHARED[test.field] ?? test.field);
}
