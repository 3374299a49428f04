import { type Address, type Family, parseAddress, sameAddress } from '../../net/address.ts';
import { targetSyntaxName } from '../interpret.ts';
import type { Rule, RuleList } from '../ruleset.ts';
import { DestinationIndex } from './destination-index.ts';
import { readPlainDestination, readTargetName } from './peek.ts';
import { readRule, readRuleText } from './read-rule.ts';

/** What the rules of one dump share: its bytes, and where each rule's line starts. */
export interface DumpLines {
  readonly file: string;
  readonly bytes: Buffer;
  /** Start of each rule's line, in the order of the file, counters in front included. */
  starts: Uint32Array;
}

/** What the rules of one table share. Family and chains are known once the whole dump is scanned. */
export interface TableContext {
  readonly lines: DumpLines;
  family: Family;
  readonly isChain: (name: string) => boolean;
}

/** Rules that stand on consecutive lines. */
interface Segment {
  /** Index into {@link DumpLines.starts}. */
  readonly first: number;
  readonly line: number;
  count: number;
}

/** A chain with more rules than this gets an index by destination. */
const INDEXED_FROM = 33;

/** The rules of one chain of a dump, parsed when asked for. */
export class LazyRules implements RuleList {
  length = 0;
  readonly #chain: string;
  readonly #context: TableContext;
  /** Rules of a chain stand together in every dump: the first segment is kept in fields, others in `#more`. */
  #first = 0;
  #line = 0;
  #count = 0;
  #more: Segment[] | null = null;
  #rules: (Rule | undefined)[] | null = null;
  #index: DestinationIndex | null = null;

  constructor(chain: string, context: TableContext) {
    this.#chain = chain;
    this.#context = context;
  }

  /** Line of the first rule; 0 without rules. */
  get firstLine(): number {
    return this.#line;
  }

  /** Line of the last rule; 0 without rules. */
  get lastLine(): number {
    const last = this.#more?.at(-1) ?? { line: this.#line, count: this.#count };
    return last.count === 0 ? 0 : last.line + last.count - 1;
  }

  /** Adds the rule whose start is the `position`th of {@link DumpLines.starts} and which stands on this line. */
  append(position: number, line: number): void {
    this.length++;
    if (this.#count === 0) {
      this.#first = position;
      this.#line = line;
      this.#count = 1;
    } else if (
      this.#more === null &&
      this.#first + this.#count === position &&
      this.#line + this.#count === line
    ) {
      this.#count++;
    } else this.#appendFurther(position, line);
  }

  #appendFurther(position: number, line: number): void {
    this.#more ??= [];
    const last = this.#more.at(-1);
    if (last !== undefined && last.first + last.count === position && last.line + last.count === line)
      last.count++;
    else this.#more.push({ first: position, line, count: 1 });
  }

  at(index: number): Rule {
    const known = this.#rules?.[index];
    if (known !== undefined) return known;
    const { start, line } = this.#place(index);
    const rule = readRule(this.#context, this.#chain, index + 1, start, line);
    this.#rules ??= [];
    this.#rules[index] = rule;
    return rule;
  }

  towards(destination: Address | null): Iterable<number> {
    if (destination === null) return indices(this.length);
    if (this.length < INDEXED_FROM) return this.#scanTowards(destination);
    this.#index ??= new DestinationIndex(this.#context.family, this.length, (index) =>
      this.#plainDestination(index),
    );
    return this.#index.towards(destination);
  }

  text(index: number): string {
    return readRuleText(this.#context.lines.bytes, this.#place(index).start);
  }

  targetName(index: number): string | null {
    const { bytes } = this.#context.lines;
    const name = readTargetName(bytes, this.#place(index).start);
    return name === undefined ? targetSyntaxName(this.at(index).text) : name;
  }

  /** @returns where each rule's line starts, in order. */
  *starts(): Iterable<number> {
    for (let index = 0; index < this.length; index++) yield this.#place(index).start;
  }

  *#scanTowards(destination: Address): Iterable<number> {
    for (let index = 0; index < this.length; index++) {
      const text = this.#plainDestination(index);
      const address = text === null ? null : parseAddress(text);
      if (address?.family !== this.#context.family || sameAddress(address, destination)) yield index;
    }
  }

  #plainDestination(index: number): string | null {
    return readPlainDestination(this.#context.lines.bytes, this.#place(index).start, this.#context.family);
  }

  #place(index: number): { start: number; line: number } {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`no rule at index ${index} of ${this.length}`);
    const { starts } = this.#context.lines;
    if (index < this.#count) return { start: starts[this.#first + index] ?? 0, line: this.#line + index };
    let before = index - this.#count;
    for (const segment of this.#more ?? []) {
      if (before < segment.count)
        return { start: starts[segment.first + before] ?? 0, line: segment.line + before };
      before -= segment.count;
    }
    throw new RangeError(`no rule at index ${index} of ${this.length}`);
  }
}

function* indices(length: number): Iterable<number> {
  for (let index = 0; index < length; index++) yield index;
}
