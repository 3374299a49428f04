import type { OpenChain } from './dump.ts';

/** Chains without rules stand between those with rules. */
const LOOK_AHEAD = 4;

/**
 * Tells which chain a rule line names, mostly without making a string: the next rule is of the same chain as the
 * last one, or of the next chain in the order in which the dump declared them.
 */
export class ChainCursor {
  readonly #bytes: Buffer;
  readonly #chains: ReadonlyMap<string, OpenChain>;
  readonly #declared: OpenChain[] = [];
  #next = 0;
  #current: OpenChain | null = null;
  #nameStart = 0;
  #nameLength = 0;

  constructor(bytes: Buffer, chains: ReadonlyMap<string, OpenChain>) {
    this.#bytes = bytes;
    this.#chains = chains;
  }

  /** Tells of a chain that was added. */
  add(chain: OpenChain): void {
    this.#declared.push(chain);
  }

  /**
   * @param start of the name, which ends at the next blank or before `end`.
   * @returns the chain, or the name where the table has no such chain yet; '' for an empty name.
   */
  find(start: number, end: number): OpenChain | string {
    if (this.#current !== null && this.#isSameName(start)) return this.#current;
    let nameEnd = start;
    while (nameEnd < end && (this.#bytes[nameEnd] ?? 0) > 32) nameEnd++;
    const chain = this.#nextDeclared(start, nameEnd) ?? this.#lookUp(start, nameEnd);
    if (typeof chain === 'string') return chain;
    this.#current = chain;
    this.#nameStart = start;
    this.#nameLength = nameEnd - start;
    return chain;
  }

  #lookUp(start: number, end: number): OpenChain | string {
    const name = this.#bytes.toString('utf8', start, end);
    return this.#chains.get(name) ?? name;
  }

  #isSameName(start: number): boolean {
    const length = this.#nameLength;
    for (let index = 0; index < length; index++) {
      if (this.#bytes[start + index] !== this.#bytes[this.#nameStart + index]) return false;
    }
    return (this.#bytes[start + length] ?? 0) <= 32;
  }

  #nextDeclared(start: number, end: number): OpenChain | null {
    for (let ahead = 0; ahead < LOOK_AHEAD; ahead++) {
      const chain = this.#declared[this.#next + ahead];
      if (chain === undefined) return null;
      if (chain.name.length === end - start && this.#isAscii(chain.name, start)) {
        this.#next += ahead + 1;
        return chain;
      }
    }
    return null;
  }

  #isAscii(name: string, start: number): boolean {
    for (let index = name.length - 1; index >= 0; index--) {
      const byte = this.#bytes[start + index] ?? 0;
      if (byte > 127 || byte !== name.charCodeAt(index)) return false;
    }
    return true;
  }
}
