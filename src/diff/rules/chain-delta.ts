import type { Rule, Ruleset, Table } from '../../iptables/ruleset.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import type { ChainPair } from './chain-pairs.ts';
import { type Entry, endsForProtocol, readEntries } from './entries.ts';
import { findMoved, sameKeys } from './entry-order.ts';
import type { ReachFinder } from './reach.ts';
import { hasNoEffect, onlyLooks } from './rule-key.ts';

/** How a chain differs in what it does. */
export interface ChainDelta {
  readonly pair: ChainPair;
  /** Entries that only one side has, and entries whose order may matter: only packets that match one of them can fare otherwise. */
  readonly removed: readonly Entry[];
  readonly added: readonly Entry[];
  readonly moved: readonly Entry[];
  /** True where every packet that reaches the chain may fare otherwise. */
  readonly whole: boolean;
  readonly policyChanged: boolean;
}

/**
 * Compares two chains by what their rules do.
 * @returns null where they do the same to every packet, provided that the chains they jump to do.
 */
export function compareChains(
  pair: ChainPair,
  [before, after]: readonly [Ruleset | null, Ruleset | null],
  reach: ReachFinder,
): ChainDelta | null {
  const own = entriesOf(pair, pair.before, before, reach);
  const other = entriesOf(pair, pair.after, after, reach);
  // Where a table lacks a built-in chain, or a backend the table, packets pass.
  const policyChanged = (pair.before?.policy ?? 'ACCEPT') !== (pair.after?.policy ?? 'ACCEPT');
  const delta = { pair, policyChanged, whole: policyChanged };
  if (sameKeys(own, other)) return policyChanged ? { ...delta, removed: [], added: [], moved: [] } : null;
  const [removed, keptBefore] = partAgainst(own, other);
  const [added, keptAfter] = partAgainst(other, own);
  const moved = sameKeys(keptBefore, keptAfter) ? [] : findMoved(keptBefore, keptAfter);
  if (moved === null) return { ...delta, removed, added, moved: [], whole: true };
  if (removed.length + added.length + moved.length === 0 && !policyChanged) return null;
  return { ...delta, removed, added, moved };
}

/** Packets that match a rule of a chain; with null every one that reaches the chain. */
interface Matching {
  readonly chain: string;
  readonly rule: Rule | null;
}

/** What bounds the packets that an entry can change. */
export interface Bound extends Matching {
  /** Of a rule that only jumps: those of them alone that match one of these, too. Null: all of them. */
  readonly behind: readonly Matching[] | null;
}

/** @returns what bounds the packets that the delta can change. */
export function boundsOf(
  delta: ChainDelta,
  [before, after]: readonly [Ruleset | null, Ruleset | null],
): Bound[] {
  const { table, name } = delta.pair;
  if (delta.whole) return [{ chain: name, rule: null, behind: null }];
  const tables = [before, after].flatMap((ruleset) => ruleset?.tables.get(table) ?? []);
  return [...delta.removed, ...delta.added, ...delta.moved].map(({ rules: [rule = null, ...more] }) => {
    if (rule === null || more.length > 0) return { chain: name, rule: null, behind: null };
    return { chain: name, rule, behind: throughJump(rule, tables) };
  });
}

/** A chain of more rules than this is taken as a whole. */
const MOST_BEHIND = 200;

/**
 * A packet that matches no rule of a chain comes back from it as it went: a jump there can only change what becomes of
 * packets that match one.
 * @returns null where the rule does more than jump, or there are too many rules behind it
 */
function throughJump(rule: Rule, tables: readonly Table[]): Matching[] | null {
  const bounds: Matching[] = [];
  const seen = new Set<string>();
  const open = [rule];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { effect } = lowered(next);
    if (effect?.kind !== 'jump' || !onlyLooks(next)) {
      if (next === rule) return null;
      // RETURN only keeps packets from rules that are bounds themselves.
      if (effect?.kind !== 'return' || !onlyLooks(next)) bounds.push({ chain: next.chain, rule: next });
      if (bounds.length > MOST_BEHIND) return null;
      continue;
    }
    if (seen.has(effect.chain)) continue;
    seen.add(effect.chain);
    const chains = tables.flatMap(({ chains: all }) => all.get(effect.chain) ?? []);
    if (chains.length === 0) return null;
    for (const { rules } of chains) {
      if (rules.length > MOST_BEHIND) return null;
      for (let index = 0; index < rules.length; index++) {
        const behind = rules.at(index);
        if (!hasNoEffect(behind)) open.push(behind);
      }
    }
  }
  return bounds;
}

function entriesOf(
  pair: ChainPair,
  chain: ChainPair['before'],
  ruleset: Ruleset | null,
  reach: ReachFinder,
): Entry[] {
  const table = ruleset?.tables.get(pair.table);
  if (chain === null || table === undefined) return [];
  const guard = guardOf(pair, reach);
  return readEntries(chain.rules, (name) => {
    const protocol = endsForProtocol(table, name);
    return protocol !== null && (protocol === 0 || protocol === guard());
  });
}

/** @returns the one protocol that every packet in the chain has, on either side; null where there may be others. */
function guardOf(pair: ChainPair, reach: ReachFinder): () => number | null {
  let known: { readonly protocol: number | null } | null = null;
  return () => {
    known ??= { protocol: reach.protocolAt(pair.table, pair.name) };
    return known.protocol;
  };
}

/** Splits entries into those that the other side lacks, counting how often each is there, and the rest. */
function partAgainst(entries: readonly Entry[], others: readonly Entry[]): [Entry[], Entry[]] {
  const counts = new Map<string, number>();
  for (const { key } of others) counts.set(key, (counts.get(key) ?? 0) + 1);
  const [lacking, kept]: [Entry[], Entry[]] = [[], []];
  for (const entry of entries) {
    const count = counts.get(entry.key) ?? 0;
    counts.set(entry.key, count - 1);
    (count > 0 ? kept : lacking).push(entry);
  }
  return [lacking, kept];
}
