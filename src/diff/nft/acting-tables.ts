import type { Known } from '../../explain/question/question.ts';
import type { Family } from '../../net/address.ts';
import { isOfIptables, isTableOfIptables } from '../../nftables/iptables-chains.ts';
import { hasNativeRule } from '../../nftables/native-rules.ts';
import type { NftChain, NftRuleset, NftSet, NftTable } from '../../nftables/ruleset.ts';
import { indexTable } from './table-index.ts';

const OF_FAMILY: Readonly<Record<Family, ReadonlySet<string>>> = {
  ipv4: new Set(['ip', 'inet', 'netdev', 'bridge']),
  ipv6: new Set(['ip6', 'inet', 'netdev', 'bridge']),
};

/** @returns the tables whose chains packets of a family meet beside those of iptables. */
export function actingTables(
  { nft, rulesets }: Pick<Known, 'nft' | 'rulesets'>,
  family: Family,
): readonly NftTable[] {
  const saved = rulesets.some((each) => each.backend === 'iptables-nft' && each.family === family);
  return [...(nft?.tables.values() ?? [])].filter(
    (table) =>
      !table.dormant &&
      OF_FAMILY[family].has(table.family) &&
      table.chains.hooked().some((chain) => acts(chain) && !(saved && isOfIptables(chain))),
  );
}

function acts({ base, rules, cut }: NftChain): boolean {
  return base !== null && (rules.length > 0 || base.policy === 'drop' || cut);
}

/** @returns true where a chain of the table stands at a device or in a bridge. */
export function hasFrameHooks({ family, chains }: NftTable): boolean {
  return (
    family === 'netdev' ||
    family === 'bridge' ||
    chains.hooked().some(({ base }) => base?.hook === 'ingress' || base?.hook === 'egress')
  );
}

const ADDED = new WeakMap<NftRuleset, ReadonlyMap<string, NftTable>>();

/**
 * Tables of iptables, as nft lists them, to which somebody added rules with nft: `trace` takes these from nft's listing.
 * @returns by family and name, of both families; none where iptables-save does not tell these tables
 */
export function tablesWithAdded({
  nft,
  rulesets,
}: Pick<Known, 'nft' | 'rulesets'>): ReadonlyMap<string, NftTable> {
  if (nft == null || !rulesets.some(({ backend }) => backend === 'iptables-nft')) return NONE;
  let found = ADDED.get(nft);
  if (found === undefined) {
    found = new Map(
      [...nft.tables].filter(
        ([, table]) =>
          isTableOfIptables(table) && [...table.chains.values()].some(({ rules }) => hasNativeRule(rules)),
      ),
    );
    ADDED.set(nft, found);
  }
  return found;
}

const NONE: ReadonlyMap<string, NftTable> = new Map();

const FORGETFUL = new WeakMap<NftRuleset, NftRuleset>();

/**
 * What packets left in sets (which client stays with which endpoint) is no matter of rules: such a set is taken to be one of
 * which the elements are not known, and is asked as an open question.
 * @returns the rule set without its memory
 */
export function withoutMemory(nft: NftRuleset): NftRuleset {
  let made = FORGETFUL.get(nft);
  if (made === undefined) {
    made = {
      ...nft,
      tables: new Map([...nft.tables].map(([name, table]) => [name, forgetful(table)])),
    };
    FORGETFUL.set(nft, made);
  }
  return made;
}

function forgetful(table: NftTable): NftTable {
  if (![...table.sets.values()].some((set) => isMemory(table, set))) return table;
  const sets = new Map(
    [...table.sets].map(([name, set]): [string, NftSet] => [name, isMemory(table, set) ? emptied(set) : set]),
  );
  return { ...table, sets };
}

/** @returns true for a set that rules enter packets into, and out of which they fall in time; not one that somebody else fills. */
export function isMemory(table: NftTable, { name, timeout, flags }: NftSet): boolean {
  if (flags.includes('dynamic')) return true;
  // nft 1.0.6 does not print `dynamic`.
  return (timeout !== null || flags.includes('timeout')) && indexTable(table).updates.has(name);
}

function emptied(set: NftSet): NftSet {
  const { kind, family, table, name, handle, comment, keyType, typeOf, dataType, flags } = set;
  const { timeout, gcInterval, size, policy, autoMerge, extras, line } = set;
  return {
    ...{ kind, family, table, name, handle, comment, keyType, typeOf, dataType, flags },
    ...{ timeout, gcInterval, size, policy, autoMerge, extras, line },
    elements: [],
    cut: true,
  };
}
