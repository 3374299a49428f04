import type { Leg } from '../../connection/connection.ts';
import type { Rule } from '../../iptables/ruleset.ts';
import type { Family } from '../../net/address.ts';
import { iptablesRule, type Step } from '../../trace/outcome.ts';
import { placeText } from '../../trace/place.ts';
import { describeStep } from '../trace/step-items.ts';
import type { StepItem } from '../trace-list.ts';
import type { TracedNode } from './traced-node.ts';

/** Numbers the steps of a connection over all nodes: those of the first packet first, as its trace numbers them. */
export class StepRegister {
  /** The steps of the first packet, which are numbered by their trace. */
  readonly #first: readonly Step[];
  readonly #described: () => readonly StepItem[];
  /** What is passed besides. */
  readonly #more: StepItem[] = [];
  /** What was asked for last: readers ask once for each way. */
  #listed: readonly StepItem[] = [];
  readonly #ids = new Map<string, number>();
  /** The same of rules of iptables, which are one object each however often they are met: a Service has thousands at one hook. */
  readonly #ofRules = new Map<Step['hook'], Map<Rule, number>>();
  /** Of further steps that were numbered before: one trace meets a step on many ways. */
  readonly #known = new WeakMap<Step, number>();

  /** @param first the steps of the first packet's trace, on the node, and how they are printed */
  constructor(node: TracedNode, first: readonly Step[], described: () => readonly StepItem[]) {
    this.#first = first;
    this.#described = described;
    for (const step of first) if (iptablesRule(step) === null) this.#note(step, node, step.id);
  }

  /** @returns the steps of all legs that were asked for until now. */
  list(): readonly StepItem[] {
    if (this.#listed.length < this.#first.length + this.#more.length)
      this.#listed = [...this.#described(), ...this.#more];
    return this.#listed;
  }

  /** @returns the chains in which they are. */
  chains(): ReadonlySet<string> {
    return new Set([...this.#first, ...this.#more].map(({ chain }) => chain));
  }

  /** @returns the ids of a leg's steps; `own`: on the node of the first packet, which they do not name. */
  idsOf(leg: Leg, node: TracedNode, own: boolean): number[] {
    const { family } = leg.outcome.end;
    return leg.outcome.path.map(({ step }) => this.#idOf(step, family, node, own));
  }

  #idOf(step: Step, family: Family, node: TracedNode, own: boolean): number {
    if (this.#first[step.id] === step) return step.id;
    const met = this.#known.get(step) ?? this.#same(step, node);
    if (met !== undefined) return met;
    const id = this.#first.length + this.#more.length;
    const { rulesets } = node.completed(family);
    const item = { ...describeStep(step, rulesets, node.known.nft, node.namer), id };
    this.#more.push(own ? item : { ...item, node: node.view.name });
    this.#known.set(step, id);
    this.#note(step, node, id);
    return id;
  }

  #note(step: Step, node: TracedNode, id: number): void {
    const rule = iptablesRule(step);
    if (rule === null) {
      this.#ids.set(keyOf(node, step), id);
      return;
    }
    const ids = this.#rulesAt(step.hook);
    if (!ids.has(rule)) ids.set(rule, id);
  }

  /** Those of the first packet are gathered when somebody asks for the hook. */
  #rulesAt(hook: Step['hook']): Map<Rule, number> {
    const known = this.#ofRules.get(hook);
    if (known !== undefined) return known;
    const ids = new Map<Rule, number>();
    for (const step of this.#first) {
      const rule = step.hook === hook ? iptablesRule(step) : null;
      if (rule !== null && !ids.has(rule)) ids.set(rule, step.id);
    }
    this.#ofRules.set(hook, ids);
    return ids;
  }

  #same(step: Step, node: TracedNode): number | undefined {
    const rule = iptablesRule(step);
    if (rule === null) return this.#ids.get(keyOf(node, step));
    return this.#rulesAt(step.hook).get(rule);
  }
}

function keyOf({ view }: TracedNode, step: Step): string {
  const { program, hook, event, action, target, rule } = step;
  const backend = step.program === 'iptables' ? step.backend : '';
  const place = placeText(step);
  return [view.name, program, backend, hook, place, event, rule?.number, rule?.line, action, target].join(
    '\n',
  );
}
