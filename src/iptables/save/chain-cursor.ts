import { UNKNOWN } from '../../lookup/name-index.ts';
import { endsWord } from '../blanks.ts';
import type { ChainTable } from './chain-table.ts';

/** Chains without rules stand between those with rules. */
const LOOK_AHEAD = 4;

/**
 * Tells which chain a rule line names, mostly without looking it up: the next rule is of the same chain as the last one,
 * or of the next chain in the order in which the dump declared them.
 */
export class ChainCursor {
  readonly #bytes: Buffer;
  readonly #chains: ChainTable;
  #next = 0;
  #current = UNKNOWN;
  #nameStart = 0;
  #nameLength = 0;

  constructor(bytes: Buffer, chains: ChainTable) {
    this.#bytes = bytes;
    this.#chains = chains;
  }

  /**
   * @param start of the name, which ends at the next blank or before `end`.
   * @returns the chain, which the table has from now on; {@link UNKNOWN} for an empty name.
   */
  find(start: number, end: number): number {
    if (this.#current !== UNKNOWN && this.#isSameName(start)) return this.#current;
    let nameEnd = start;
    while (nameEnd < end && !endsWord(this.#bytes, nameEnd)) nameEnd++;
    if (nameEnd === start) return UNKNOWN;
    const declared = this.#nextDeclared(start, nameEnd);
    this.#current = declared === UNKNOWN ? this.#chains.add(start, nameEnd) : declared;
    this.#nameStart = start;
    this.#nameLength = nameEnd - start;
    return this.#current;
  }

  #isSameName(start: number): boolean {
    const length = this.#nameLength;
    for (let index = 0; index < length; index++) {
      if (this.#bytes[start + index] !== this.#bytes[this.#nameStart + index]) return false;
    }
    return endsWord(this.#bytes, start + length);
  }

  #nextDeclared(start: number, end: number): number {
    const last = Math.min(this.#next + LOOK_AHEAD, this.#chains.size);
    for (let chain = this.#next; chain < last; chain++) {
      if (!this.#chains.names.stands(chain, start, end)) continue;
      this.#next = chain + 1;
      return chain;
    }
    return UNKNOWN;
  }
}
