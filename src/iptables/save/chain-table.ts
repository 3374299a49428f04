import { doubled, NameIndex, UNKNOWN } from '../../lookup/name-index.ts';
import type { ChainCut, Counters, Policy } from '../ruleset.ts';
import { ZERO } from './declaration.ts';
import type { DumpLines } from './dump-lines.ts';

/** Where the text of a rule stands. */
export interface RulePlace {
  /** First byte of its line, counters in front included. */
  readonly start: number;
  /** Its line, from 1. */
  readonly line: number;
}

/** Rules that stand on consecutive lines. */
interface Segment {
  /** Index into {@link DumpLines.starts}. */
  readonly first: number;
  readonly line: number;
  count: number;
}

/** One rule: its index into {@link DumpLines.starts}, and its line. */
interface Entry {
  readonly position: number;
  readonly line: number;
}

/** What the line says that declares a chain. */
export interface Declaration {
  readonly policy: Policy | null;
  readonly counters: Counters | null;
}

const PLAIN: Declaration = { policy: null, counters: ZERO };
const IMPLIED: Declaration = { policy: null, counters: null };

/** Columns of a chain. */
const FIRST = 0;
const COUNT = 1;
const LINE = 2;
/** Line of its declaration; 0 where only rules name it. */
const DECLARED = 3;
const WIDTH = 4;

/**
 * The chains of one table by number, while the dump is scanned and after: four numbers for each, and more only for the
 * few that need more. A dump can have 140,000, of which a trace asks for some dozen.
 */
export class ChainTable {
  readonly names: NameIndex;
  readonly #lines: DumpLines;
  #columns = new Uint32Array(64 * WIDTH);
  /** Declarations that are not ` - [0:0]`. */
  readonly #declarations = new Map<number, Declaration>();
  /** Rules of a chain stand together in nearly every dump; these stand elsewhere. */
  readonly #further = new Map<number, Segment[]>();
  /** All rules of the chains into which one was put in front of others: their lines are in no order. */
  readonly #reordered = new Map<number, Entry[]>();
  readonly #cuts = new Map<number, ChainCut>();

  constructor(lines: DumpLines) {
    this.names = new NameIndex(lines.bytes);
    this.#lines = lines;
  }

  get size(): number {
    return this.names.size;
  }

  /** @returns the number of the chain whose name stands between these bytes; one that is new has no rules. */
  add(start: number, end: number): number {
    return this.#withRow(this.names.add(start, end));
  }

  /** The same for a name that was read already. @param start where it stands. */
  addText(name: string, start: number): number {
    return this.#withRow(this.names.addText(name, start));
  }

  #withRow(chain: number): number {
    if (this.size * WIDTH > this.#columns.length) this.#columns = doubled(this.#columns);
    return chain;
  }

  /** Notes the line that declares a chain; the last such line counts. @param declaration absent: ` - [0:0]`. */
  declare(chain: number, line: number, declaration: Declaration = PLAIN): void {
    this.#columns[chain * WIDTH + DECLARED] = line;
    if (declaration === PLAIN) this.#declarations.delete(chain);
    else this.#declarations.set(chain, declaration);
  }

  /** Adds the rule whose start is the `position`th of {@link DumpLines.starts} and which stands on this line. */
  append(chain: number, position: number, line: number): void {
    const reordered = this.#reorderedOf(chain);
    if (reordered !== undefined) {
      reordered.push({ position, line });
      return;
    }
    const row = chain * WIDTH;
    const count = this.#columns[row + COUNT] ?? 0;
    if (count === 0) {
      this.#columns[row + FIRST] = position;
      this.#columns[row + LINE] = line;
      this.#columns[row + COUNT] = 1;
    } else if (this.#columns[row + LINE] === line - count && !this.#further.has(chain))
      this.#columns[row + COUNT] = count + 1;
    else this.#appendFurther(chain, position, line);
  }

  #appendFurther(chain: number, position: number, line: number): void {
    const segments = this.#further.get(chain) ?? [];
    this.#further.set(chain, segments);
    const last = segments.at(-1);
    if (last !== undefined && last.line + last.count === line) last.count++;
    else segments.push({ first: position, line, count: 1 });
  }

  /** Puts a rule before the one at this index, or behind the last one. */
  insert(chain: number, index: number, position: number, line: number): void {
    const rules =
      this.#reordered.get(chain) ??
      Array.from({ length: this.ruleCount(chain) }, (_, rule) => this.entryOf(chain, rule));
    rules.splice(index, 0, { position, line });
    this.#reordered.set(chain, rules);
  }

  /** Says that rules of a chain may be missing. */
  setCut(chain: number, cut: ChainCut): void {
    this.#cuts.set(chain, cut);
  }

  cutOf(chain: number): ChainCut | null {
    return this.#cuts.get(chain) ?? null;
  }

  /** @returns the line that declares the chain; null where only rules name it. */
  declaredOn(chain: number): number | null {
    return this.#cell(chain, DECLARED) || null;
  }

  /** @returns true where a line declares the chain with this name. */
  isDeclared(name: string): boolean {
    const chain = this.names.findText(name);
    return chain !== UNKNOWN && this.declaredOn(chain) !== null;
  }

  declarationOf(chain: number): Declaration {
    return this.#declarations.get(chain) ?? (this.declaredOn(chain) === null ? IMPLIED : PLAIN);
  }

  ruleCount(chain: number): number {
    const reordered = this.#reorderedOf(chain);
    if (reordered !== undefined) return reordered.length;
    let count = this.#cell(chain, COUNT);
    if (this.#further.size > 0) for (const segment of this.#further.get(chain) ?? []) count += segment.count;
    return count;
  }

  /** @returns the first byte of the line of a rule, as {@link placeOf} does. */
  startOf(chain: number, rule: number): number {
    // Of hundreds of thousands of rules no place is made.
    const isFirst = Number.isInteger(rule) && rule >= 0 && rule < this.#cell(chain, COUNT);
    if (!isFirst || this.#reordered.size > 0) return this.placeOf(chain, rule).start;
    return this.#lines.starts[this.#cell(chain, FIRST) + rule] ?? 0;
  }

  /** @returns where a rule of this chain stands. Throws RangeError outside its rules. */
  placeOf(chain: number, rule: number): RulePlace {
    const { position, line } = this.entryOf(chain, rule);
    return { start: this.#lines.starts[position] ?? 0, line };
  }

  /** @returns which of {@link DumpLines.starts} a rule is, and its line, as {@link append} takes them. Throws RangeError. */
  entryOf(chain: number, rule: number): Entry {
    const reordered = this.#reorderedOf(chain);
    if (reordered !== undefined) {
      const entry = reordered[rule];
      if (entry !== undefined) return entry;
      throw new RangeError(`no rule at index ${rule} of ${reordered.length}`);
    }
    const count = this.#cell(chain, COUNT);
    if (Number.isInteger(rule) && rule >= 0 && rule < count)
      return { position: this.#cell(chain, FIRST) + rule, line: this.#cell(chain, LINE) + rule };
    let before = rule - count;
    for (const segment of this.#further.get(chain) ?? []) {
      if (Number.isInteger(before) && before >= 0 && before < segment.count)
        return { position: segment.first + before, line: segment.line + before };
      before -= segment.count;
    }
    throw new RangeError(`no rule at index ${rule} of ${this.ruleCount(chain)}`);
  }

  /** In most dumps there are none to look up. */
  #reorderedOf(chain: number): Entry[] | undefined {
    return this.#reordered.size === 0 ? undefined : this.#reordered.get(chain);
  }

  #cell(chain: number, column: number): number {
    return this.#columns[chain * WIDTH + column] ?? 0;
  }
}
