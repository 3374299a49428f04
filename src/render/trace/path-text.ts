import type { MissItem, OutcomeItem, StepItem, TraceItem } from '../../explain/explanation.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import { addressWithPort } from '../format-address.ts';
import { percent } from './verdict-text.ts';

/** Alternatives shown where ways part; JSON has all. */
const SHOWN = 3;

/**
 * @returns the rules that the packet passes, by hook. Outcomes that part and meet again (one of several endpoints)
 * share the lines before and after; between them each way has its own.
 */
export function renderPath(
  outcomes: readonly OutcomeItem[],
  item: TraceItem,
  width: number | null,
  colours: Colours,
): string {
  const [first] = outcomes;
  if (first === undefined) return '';
  const printer = new PathPrinter(item, width, colours);
  const head = commonHead(outcomes);
  const tail = commonTail(outcomes, head);
  printer.steps(first, 0, head);
  if (outcomes.length > 1) {
    for (const outcome of outcomes.slice(0, SHOWN)) {
      printer.alternative(outcome);
      printer.steps(outcome, head, outcome.path.length - tail);
    }
    if (outcomes.length > SHOWN)
      printer.line(`… ${outcomes.length - SHOWN} more ways like these (-o json lists all)`);
    if (tail > 0) printer.joined();
  }
  if (outcomes.length > 1) printer.steps(first, first.path.length - tail, first.path.length);
  else printer.steps(first, head, first.path.length);
  printer.turns(first, first.path.length);
  return printer.text();
}

function commonHead(outcomes: readonly OutcomeItem[]): number {
  const [first] = outcomes;
  if (first === undefined) return 0;
  let length = 0;
  while (length < first.path.length && outcomes.every(({ path }) => path[length] === first.path[length]))
    length++;
  return length;
}

function commonTail(outcomes: readonly OutcomeItem[], head: number): number {
  const [first] = outcomes;
  if (first === undefined) return 0;
  const room = Math.min(...outcomes.map(({ path }) => path.length)) - head;
  let length = 0;
  while (length < room && outcomes.every(({ path }) => path.at(-1 - length) === first.path.at(-1 - length)))
    length++;
  return length;
}

class PathPrinter {
  readonly #steps: ReadonlyMap<number, StepItem>;
  readonly #misses: readonly MissItem[];
  readonly #lines: string[] = [];
  readonly #width: number;
  readonly #colours: Colours;
  #hook: string | null = null;
  #indent = '    ';

  constructor(item: TraceItem, width: number | null, colours: Colours) {
    this.#steps = new Map(item.steps.map((step) => [step.id, step]));
    this.#misses = item.misses;
    this.#width = width ?? 160;
    this.#colours = colours;
  }

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  line(text: string): void {
    this.#lines.push(`${this.#indent}${text}`);
  }

  alternative(outcome: OutcomeItem): void {
    this.#indent = '    ';
    const to = addressWithPort(outcome.destination.address, outcome.destination.port);
    this.line(this.#colours.faint(`─ ${percent(outcome.probability)} → ${to}`));
    this.#indent = '      ';
  }

  joined(): void {
    this.#indent = '    ';
    this.line(this.#colours.faint('─ all of them'));
  }

  steps(outcome: OutcomeItem, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      this.turns(outcome, index);
      const step = this.#steps.get(outcome.path[index] ?? -1);
      if (step === undefined) continue;
      this.#heading(step.hook);
      for (const miss of this.#misses) if (miss.before === index) this.#miss(miss);
      this.#step(step);
    }
  }

  turns(outcome: OutcomeItem, after: number): void {
    for (const turn of outcome.turns) {
      if (turn.after !== after) continue;
      this.#hook = null;
      this.#lines.push(this.#colours.faint(`  ${escapeTerminal(turn.text)}`));
    }
  }

  #heading(hook: string): void {
    if (hook === this.#hook) return;
    this.#hook = hook;
    this.#lines.push(`  ${this.#colours.heading(hook)}`);
  }

  #step(step: StepItem): void {
    if (step.action === 'return' && step.rule === null) return;
    const place = `${step.table} ${escapeTerminal(step.chain)} ${step.rule ?? 'policy'}`;
    const action = actionText(step);
    this.#wrapped(
      `${this.#colours.name(place)}  ${action}`,
      place.length + 2 + action.length,
      tellingPart(step.text),
    );
    if (step.note !== null) this.line(this.#colours.faint(`  ${escapeTerminal(step.note)}`));
  }

  #miss(miss: MissItem): void {
    const place = `${miss.table} ${escapeTerminal(miss.chain)} ${miss.rule}`;
    this.line(this.#colours.faint(`· ${place}  no: ${escapeTerminal(miss.why)}`));
  }

  /** The rule's telling part stands behind, or on a line of its own where it would not fit. */
  #wrapped(text: string, length: number, telling: string): void {
    if (telling === '') return this.line(text);
    if (this.#indent.length + length + 2 + telling.length <= this.#width)
      return this.line(`${text}  ${telling}`);
    this.line(text);
    this.line(`  ${telling}`);
  }
}

function actionText(step: StepItem): string {
  const target = step.target === null ? '' : ` ${escapeTerminal(step.target)}`;
  if (step.action === 'jump') return `→${target}`;
  if (step.action === 'goto') return `⇒${target}`;
  return `${step.action.toUpperCase()}${target}`;
}

/** @returns what the rule asks for, without the chain, the comment and the target, which the line has already. */
export function tellingPart(text: string | null): string {
  if (text === null || !text.startsWith('-A ')) return '';
  const bare = text
    .replace(/^-A \S+ ?/, '')
    .replace(/-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) ?/g, '')
    .replace(/(?:^| )-[jg] .*$/, '')
    .replace(/-m (?:tcp|udp|sctp|addrtype|conntrack|mark|statistic|recent|multiport|set) ?/g, '');
  return escapeTerminal(bare.trim());
}
