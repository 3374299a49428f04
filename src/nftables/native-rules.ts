import type { NftChain, NftRule, NftRules } from './ruleset.ts';

/** Expressions that iptables-nft never writes: it knows neither sets nor maps. */
const OF_NFT_ALONE: ReadonlySet<string> = new Set(['set', 'set-name', 'map', 'vmap', 'concat']);

const KNOWN = new WeakMap<NftRule, boolean>();

/**
 * Whether somebody added a rule with nft to a table of iptables. iptables-save prints such a rule with what it does not know
 * left out: `tcp dport { 80, 81 } drop` as `-p tcp -j DROP`.
 * @returns true for a rule that iptables cannot have written: it counts in every rule (`add_counters`, iptables/nft.c) and
 * knows no sets; false too where the rule holds a match of iptables, which nft cannot write.
 */
export function isNativeRule(rule: NftRule): boolean {
  const known = KNOWN.get(rule);
  if (known !== undefined) return known;
  const { statements } = rule;
  const native =
    statements.length > 0 &&
    !statements.some(({ kind }) => kind === 'xt' || kind === 'unknown') &&
    (!statements.some(({ kind }) => kind === 'counter') || statements.some(isOfNftAlone));
  KNOWN.set(rule, native);
  return native;
}

/** @returns true where somebody added a rule with nft to a chain of iptables: see {@link isNativeRule}. */
export function hasNativeRule(rules: NftRules): boolean {
  for (let index = 0; index < rules.length; index++)
    if (!isSurelyOfIptables(rules.json(index)) && isNativeRule(rules.at(index))) return true;
  return false;
}

/** Told without parsing, for hundreds of thousands of rules. A comment that looks like more is parsed, and no harm done. */
function isSurelyOfIptables(json: Buffer | null): boolean {
  if (json === null) return false;
  if (json.includes('{"xt":')) return true;
  return json.includes('"counter"') && !ALONE.some((word) => json.includes(word));
}

/** What {@link OF_NFT_ALONE} are in JSON. */
const ALONE = ['"set"', '"@', '"map"', '"vmap"', '"concat"'].map((word) => Buffer.from(word));

/** @returns the native rule at this index of a chain that iptables-save shows with so many rules; null where it is iptables'. */
export function nativeRuleAt(chain: NftChain | undefined, index: number, count: number): NftRule | null {
  if (chain === undefined || chain.rules.length !== count) return null;
  const rule = chain.rules.at(index);
  return isNativeRule(rule) ? rule : null;
}

function isOfNftAlone(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('kind' in value && typeof value.kind === 'string' && OF_NFT_ALONE.has(value.kind)) return true;
  return Object.values(value).some(isOfNftAlone);
}
