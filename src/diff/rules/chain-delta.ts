import type { Rule, Ruleset } from '../../iptables/ruleset.ts';
import type { ChainPair } from './chain-pairs.ts';
import { type Entry, endsForProtocol, readEntries } from './entries.ts';
import { findMoved, sameKeys } from './entry-order.ts';
import type { ReachFinder } from './reach.ts';

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
  const policyChanged =
    pair.before?.policy !== pair.after?.policy && pair.before !== null && pair.after !== null;
  const delta = { pair, policyChanged, whole: policyChanged };
  if (sameKeys(own, other)) return policyChanged ? { ...delta, removed: [], added: [], moved: [] } : null;
  const [removed, keptBefore] = partAgainst(own, other);
  const [added, keptAfter] = partAgainst(other, own);
  const moved = sameKeys(keptBefore, keptAfter) ? [] : findMoved(keptBefore, keptAfter);
  if (moved === null) return { ...delta, removed, added, moved: [], whole: true };
  if (removed.length + added.length + moved.length === 0 && !policyChanged) return null;
  return { ...delta, removed, added, moved };
}

/** @returns the rules whose packets bound what the delta can change; null stands for every packet that reaches the chain. */
export function boundsOf(delta: ChainDelta): (Rule | null)[] {
  if (delta.whole) return [null];
  return [...delta.removed, ...delta.added, ...delta.moved].map(({ rules }) =>
    rules.length === 1 ? (rules[0] ?? null) : null,
  );
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
