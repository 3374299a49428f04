import { HOOK_NAMES } from '../ruleset.ts';
import type { ChainTable } from './chain-table.ts';
import type { DeclaringCommand } from './commands.ts';

const LAST_HOOKS: readonly string[] = ['OUTPUT', 'POSTROUTING'];

/** `iptables -S` prints all of its -P, then all of its -N, then its -A: an earlier letter starts another output. */
export class ListingSequence {
  #hasUserChains = false;
  #hasRules = false;

  /** True where the output that is being read has rules. */
  get hasRules(): boolean {
    return this.#hasRules;
  }

  begin(): void {
    this.#hasUserChains = false;
    this.#hasRules = false;
  }

  rule(): void {
    this.#hasRules = true;
  }

  userChain(): void {
    this.#hasUserChains = true;
  }

  /** @returns true where a line that declares this chain begins another output. */
  startsAnew(letter: DeclaringCommand['letter'], name: string, chains: ChainTable | undefined): boolean {
    const isEarlier = this.#hasRules || (letter === 'P' && this.#hasUserChains);
    return isEarlier || chains?.isDeclared(name) === true;
  }
}

/** Dumps declare OUTPUT and POSTROUTING last: a hook behind them is of another table. Commands of a script have no order. */
export function isOfNextTable(name: string, chains: ChainTable): boolean {
  const isFirst = HOOK_NAMES.some((hook) => hook === name) && !LAST_HOOKS.includes(name);
  return isFirst && LAST_HOOKS.some((hook) => chains.isDeclared(hook));
}
