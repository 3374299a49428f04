import type { NftRuleset, NftSet, NftTable } from '../../../nftables/ruleset.ts';
import { parseNftName } from '../../../proxy/nft-names.ts';
import { NFT_OBJECTS, NFT_TABLE } from '../../../proxy/nft-roles.ts';

/**
 * `nft -t list ruleset` prints sets without their elements, in JSON without `elem`: just as it prints empty ones (`set_print_json`,
 * src/json.c of nftables). Only kube-proxy's table tells them apart: each chain of a Service port is led to by an element, and no set of
 * the listing has any.
 * @param ruleset of which no line and no manifest tells the command
 * @returns it with sets that are not known where they are empty; null where nothing says that the listing is terse
 */
export function asTerse(ruleset: NftRuleset): NftRuleset | null {
  const tables = [...ruleset.tables.values()];
  if (!tables.some(leadsNowhere) || tables.some(({ sets }) => [...sets.values()].some(isShown))) return null;
  return {
    ...ruleset,
    tables: new Map([...ruleset.tables].map(([key, table]) => [key, { ...table, sets: unknownSets(table) }])),
  };
}

/** kube-proxy writes an element of these for each Service port that has endpoints (syncProxyRules of pkg/proxy/nftables/proxier.go). */
const DISPATCH = [NFT_OBJECTS.serviceIps, NFT_OBJECTS.serviceNodePorts] as const;

function leadsNowhere({ family, name, sets, chains }: NftTable): boolean {
  if (name !== NFT_TABLE || (family !== 'ip' && family !== 'ip6')) return false;
  const maps = DISPATCH.flatMap((map) => sets.get(map) ?? []);
  if (maps.length === 0 || maps.some((map) => isShown(map) || map.cut)) return false;
  return [...chains.keys()].some((chain) => SERVED.has(parseNftName(chain)?.prefix ?? ''));
}

const SERVED: ReadonlySet<string> = new Set(['service', 'local', 'external']);

function isShown({ elements }: NftSet): boolean {
  return elements.length > 0;
}

function unknownSets({ sets }: NftTable): ReadonlyMap<string, NftSet> {
  const unlisted = { elements: [], cut: true, unlisted: 'terse' } as const;
  return new Map([...sets].map(([name, set]) => [name, { ...set, ...unlisted }]));
}
