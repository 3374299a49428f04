import { UNKNOWN } from '../../lookup/name-index.ts';
import type { ChainTable } from './chain-table.ts';

/** Where a line stands that should be a rule: which of the dump's starts it is, and its line. */
export interface UnreadLine {
  readonly position: number;
  readonly line: number;
}

/** The chain that a damaged rule or a command names all the same. */
const NAMED = /(?:^|[^\w-])(?:-[ADIR]\s*|--(?:append|delete|insert|replace)[ =])([A-Za-z][^\s"]*)/;

/**
 * Lines of one table that should be rules, and of which not even the chain can be told. Dumps print the rules of each chain
 * together, in the order in which they declare the chains: such a line is of the chain before it, of the one behind it, or of
 * one between, and stands in all of them as a rule of which nothing is known.
 */
export class UnreadRules {
  readonly #chains: ChainTable;
  readonly #waiting: UnreadLine[] = [];
  #last = UNKNOWN;

  constructor(chains: ChainTable) {
    this.#chains = chains;
  }

  /** True while the rule behind such a line is still to come. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Takes a line that starts at this byte.
   * @param last the chain of the rule before; UNKNOWN before the first rule.
   * @returns the chain that the line is of, or `last`.
   */
  add(text: string, start: number, last: number, where: UnreadLine): number {
    const named = NAMED.exec(text);
    const name = named?.[1];
    if (named !== null && name !== undefined) {
      const before = text.slice(0, named.index + named[0].length - name.length);
      const chain = this.#chains.addText(name, start + Buffer.byteLength(before));
      if (this.waits) this.before(chain);
      this.#chains.append(chain, where.position, where.line);
      return chain;
    }
    if (last !== UNKNOWN) this.#chains.append(last, where.position, where.line);
    this.#last = last;
    this.#waiting.push(where);
    return last;
  }

  /** Called with the chain of the next rule, before that is appended. */
  before(next: number): void {
    if (next !== this.#last) {
      const from = next > this.#last ? this.#last + 1 : next;
      for (let chain = from; chain < next; chain++) this.#appendToEmpty(chain);
      for (const { position, line } of this.#waiting) this.#chains.append(next, position, line);
    }
    this.#waiting.length = 0;
  }

  /** Called behind the last rule of the table. */
  end(): void {
    if (!this.waits) return;
    for (let chain = this.#last + 1; chain < this.#chains.size; chain++) this.#appendToEmpty(chain);
    this.#waiting.length = 0;
  }

  /** Called where a chain is declared: what stands among declarations is no rule. */
  drop(): void {
    if (this.#last === UNKNOWN) this.#waiting.length = 0;
  }

  #appendToEmpty(chain: number): void {
    if (this.#chains.ruleCount(chain) > 0) return;
    for (const { position, line } of this.#waiting) this.#chains.append(chain, position, line);
  }
}
