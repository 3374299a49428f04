import type { Pool } from '../generate/pools.ts';
import type { Probe } from '../node/test-node.ts';

/** Hooks of families ip, ip6 and inet, those of a bridge, and the device's own. */
export type NftHook = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress';

/** Type of a base chain. */
export type ChainType = 'filter' | 'nat' | 'route';

/** The family of a table, `own`: ip or ip6, as the packets are. */
export type TableFamily = 'own' | 'inet' | 'netdev' | 'bridge';

/** A table, with the sets that its rules have asked for so far. */
export interface TablePlan {
  readonly name: string;
  readonly family: TableFamily;
  readonly sets: SetBook;
}

/** A chain; jumps lead to deeper chains of the same base chain only, so that there are no loops. */
export interface ChainPlan {
  readonly table: TablePlan;
  readonly name: string;
  readonly hook: NftHook;
  readonly type: ChainType;
  readonly priority: number;
  readonly depth: number;
}

/** What part of a rule is written for. */
export interface Aim {
  readonly pool: Pool;
  /** The packet it is about. */
  readonly packet: Probe;
  readonly chain: ChainPlan;
  readonly pick: number;
}

/** Declarations of named sets, maps and other objects of a table. */
export class SetBook {
  readonly #texts: string[] = [];
  readonly #fixed = new Map<string, string>();

  /** Declares an object under a name of its own: `exact3`. @returns the name. */
  add(keyword: string, name: string, body: string): string {
    const own = `${name}${this.#texts.length + 1}`;
    this.#texts.push(`${keyword} ${own} { ${body} }`);
    return own;
  }

  /** Declares an object that rules share. */
  shared(keyword: string, name: string, body: string): string {
    this.#fixed.set(name, `${keyword} ${name} { ${body} }`);
    return name;
  }

  texts(): string[] {
    return [...this.#fixed.values(), ...this.#texts];
  }
}
