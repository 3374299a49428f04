import type { HookName, TableName } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { CHAINS } from './chains.ts';
import { entryOf, ownerOf } from './owners.ts';
import { at, type HookedAt, type Jump } from './program.ts';

/** The word of a chain's name that says at which hook its author puts it. */
const WORDS: readonly (readonly [RegExp, HookName])[] = [
  [/(?:^|[-_])(?:PREROUTING|PRE)(?:[-_]|$)/, 'PREROUTING'],
  [/(?:^|[-_])(?:POSTROUTING|POST)(?:[-_]|$)/, 'POSTROUTING'],
  [/(?:^|[-_])(?:INPUT|input|INP)(?:[-_]|$)/, 'INPUT'],
  [/(?:^|[-_])(?:FORWARD|forward|FW[XIO])(?:[-_]|$)/, 'FORWARD'],
  [/(?:^|[-_])(?:OUTPUT|output|OUT)(?:[-_]|$)/, 'OUTPUT'],
];

/** What is known of a chain's entry. */
export interface KnownHook extends HookedAt {
  readonly chain: string;
  readonly table: TableName;
  /** The program that writes the jump; null where only the chain's name is known. */
  readonly owner: string | null;
  /** Place among the jumps of one built-in chain. */
  readonly order: number;
}

/** Beyond the order of every jump that is not appended. */
const LAST = 1e6;

/** @returns the jumps by which the author of a chain of this name lets packets into it; none where nobody knows. */
export function hooksOf(chain: string, table: TableName, family: Family): readonly KnownHook[] {
  const known = entryOf(chain, table);
  if (known === null) return [];
  const named = WORDS.find(([word]) => word.test(chain))?.[1];
  const jumps: readonly Jump[] =
    known.entry !== 'by-name' ? known.entry : named === undefined ? [] : [at(named)];
  return jumps
    .filter(({ only }) => only === undefined || only === family)
    .map(({ from, condition, appended }) => ({
      ...{ chain, table, from, condition, owner: ownerOf(chain) },
      order: known.order + (appended === true ? LAST : 0),
    }));
}

/** Both are made together (iptablesInit, pkg/proxy/userspace/proxier.go, up to 1.25). */
const MADE_TOGETHER: readonly (readonly [string, string])[] = [
  [CHAINS.portalsContainer, CHAINS.nodePortContainer],
  [CHAINS.portalsHost, CHAINS.nodePortHost],
];

/** @returns the chain that stands wherever this one does; null where there is none. */
export function besideOf(chain: string): string | null {
  const pair = MADE_TOGETHER.find((each) => each.includes(chain));
  return pair?.find((name) => name !== chain) ?? null;
}
