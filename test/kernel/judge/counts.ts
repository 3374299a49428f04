import type { Match } from '../../../src/iptables/match.ts';
import type { Chain, Rule } from '../../../src/iptables/ruleset.ts';
import { turn } from '../../../src/trace/answer.ts';
import { evaluate } from '../../../src/trace/match/evaluate.ts';
import { iptablesRule, type Outcome, type PathEntry } from '../../../src/trace/outcome.ts';
import type { World } from '../../../src/trace/world.ts';

/** How often the kernel was seen to agree on something. */
export interface Sides {
  /** Of a match: rules passed that have it. Of a target: rules passed that lead to it. */
  held: number;
  /** Of a match: rules passed by for this match alone. Of a target: rules passed by. */
  failed: number;
  /** Times the tracer followed both ways. */
  forked: number;
}

/** Counts by kind of match and of target. */
export class Counts {
  readonly matches = new Map<string, Sides>();
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
    for (const side of ['matches', 'targets'] as const) {
      for (const [kind, { held, failed, forked }] of other[side]) {
        const sides = sidesOf(this[side], kind);
        sides.held += held;
        sides.failed += failed;
        sides.forked += forked;
      }
    }
  }

  #passed(rule: Rule, entry: PathEntry, world: World, frames: Frame[]): void {
    for (const match of rule.matches) {
      const sides = sidesOf(this.matches, nameOf(match));
      if (isOpen(match, rule, entry, world)) sides.forked++;
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
    const answers = rule.matches.map((match) => ({ match, answer: answerTo(match, rule, entry, world) }));
    for (const { match, answer } of answers)
      if (answer === 'open') sidesOf(this.matches, nameOf(match)).forked++;
    // Where several fail, the kernel's passing by proves none of them.
    const failed = answers.filter(({ answer }) => answer !== 'yes');
    const [only] = failed;
    if (only !== undefined && failed.length === 1 && only.answer === 'no')
      sidesOf(this.matches, nameOf(only.match)).failed++;
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

function answerTo(match: Match, rule: Rule, { state, step }: PathEntry, world: World): 'yes' | 'no' | 'open' {
  const answer = evaluate(match, { state, host: world.host, hook: step.hook, rule });
  return typeof answer === 'object' ? 'open' : turn(answer, match.negated);
}

function isOpen(match: Match, rule: Rule, entry: PathEntry, world: World): boolean {
  return answerTo(match, rule, entry, world) === 'open';
}

function nameOf(match: Match): string {
  return match.kind === 'opaque' ? match.module : match.kind;
}

function sidesOf(map: Map<string, Sides>, kind: string): Sides {
  let sides = map.get(kind);
  if (sides === undefined) {
    sides = { held: 0, failed: 0, forked: 0 };
    map.set(kind, sides);
  }
  return sides;
}
