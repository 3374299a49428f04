import type { Chain, ChainMap } from './ruleset.ts';

/** Some chains of a table, that are there already or are made when they are asked for: whoever extends it says which, by their names. */
export abstract class ChainView implements ChainMap {
  /** The chains of which these are some. */
  protected readonly all: ChainMap;

  constructor(all: ChainMap) {
    this.all = all;
  }

  abstract has(name: string): boolean;
  abstract get(name: string): Chain | undefined;
  /** The names to go through, in order. */
  abstract keys(): MapIterator<string>;

  mention(text: string): boolean {
    return this.all.mention?.(text) ?? true;
  }

  get size(): number {
    return [...this.keys()].length;
  }

  *values(): Generator<Chain, undefined, unknown> {
    for (const [, chain] of this.entries()) yield chain;
  }

  *entries(): Generator<[string, Chain], undefined, unknown> {
    for (const name of this.keys()) {
      const chain = this.get(name);
      if (chain !== undefined) yield [name, chain];
    }
  }

  [Symbol.iterator](): Generator<[string, Chain], undefined, unknown> {
    return this.entries();
  }

  forEach(each: (chain: Chain, name: string, chains: ReadonlyMap<string, Chain>) => void): void {
    for (const [name, chain] of this.entries()) each(chain, name, this);
  }
}
