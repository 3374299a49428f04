import type { HookName, TableName } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import type { CHAINS } from './chains.ts';

/** A jump that a program writes the same way on every node. */
export interface HookedAt {
  /** The chain that holds the jump: a built-in one, or another chain of the same program. */
  readonly from: HookName | typeof CHAINS.services | 'CNI-FORWARD' | 'DOCKER-FORWARD';
  /** Options of the jump's rule as iptables-save spells them; empty where every packet takes it. */
  readonly condition: string;
}

/** A jump of one family alone, or one that its author appends where others insert theirs. */
export type Jump = HookedAt & { readonly only?: Family; readonly appended?: true };

/** Where chains are hooked; `by-name`: at the hook that the name holds, as in `cali-FORWARD` and `ufw-after-input`. */
export type Entry = 'by-name' | readonly Jump[];

/** Chains of one program, by what follows its prefix. */
export interface KnownChain {
  /** A pattern for all that follows the prefix. */
  readonly name: string;
  /** Who makes it, where that is not the prefix's owner. */
  readonly owner?: string;
  /** What it is for, in a sentence. */
  readonly purpose?: string;
  /** The one table that its author puts it into. */
  readonly only?: TableName;
  /** Set where its author never names an interface in it. */
  readonly noInterfaces?: true;
  readonly entries?: Partial<Readonly<Record<TableName, Entry>>>;
  /** Set where it betrays that the program serves Services: the program's name among the service proxies. */
  readonly serves?: string;
}

/** How a program spells a part that differs from node to node. */
export type Identifier = readonly [before: string, length: number, alphabet: 'base32' | 'hex'];

/** What is known of a program by the chains it makes. */
export interface Program {
  /** Who makes chains with this prefix; null where only those that `chains` name are anybody's. */
  readonly owner: string | null;
  readonly prefix: RegExp;
  /** The first that fits and tells what is asked decides, so exceptions stand before the rule. */
  readonly chains: readonly KnownChain[];
  /** What follows the prefix in names that are the same on every node. */
  readonly common?: string;
  readonly identified?: readonly Identifier[];
  readonly serves?: string;
}

/** @returns a jump from a chain, on a condition. */
export function at(from: HookedAt['from'], condition = ''): Jump {
  return { from, condition };
}

/** Conditions that several programs use. */
export const NEW = '-m conntrack --ctstate NEW';
export const LOCAL = '-m addrtype --dst-type LOCAL';
