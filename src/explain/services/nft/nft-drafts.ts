import type { NftTable } from '../../../nftables/ruleset.ts';
import type { ServicePortName } from '../../../proxy/hash.ts';
import { type NftPrefix, nftBaseOf, parseNftName } from '../../../proxy/nft-names.ts';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.ts';
import type { ServiceNaming } from '../service-naming.ts';
import type { KubeProxyTable } from './kube-proxy-tables.ts';
import { type MapEntry, readVerdictMap } from './verdict-maps.ts';

/** Everything in one table that belongs to one Service port, before it has a name. */
export interface NftDraft {
  /** What its chains share behind their prefix; null for a port that no chain or name tells. */
  readonly base: string | null;
  /** Elements that lead to its chains. */
  readonly entries: MapEntry[];
  /** Elements by which it is refused for want of endpoints. */
  readonly refusals: MapEntry[];
  /** Elements that send it through source ranges. */
  readonly guards: MapEntry[];
  /** Its chains, those of endpoints aside: those that stand in the table with rules, and those that an element leads to. */
  readonly chains: Set<string>;
}

/** Collects what belongs together, by the names of chains; for refusals by the API's address, else by comment. */
export function draftNftServices({ table }: KubeProxyTable, naming: ServiceNaming): NftDraft[] {
  const drafts = draftsOfElements(table, naming);
  addChains(drafts, table);
  return [...drafts.values()];
}

/** @returns those to which some element leads; of their chains the ones alone to which it does. */
export function draftNftSockets({ table }: KubeProxyTable, naming: ServiceNaming): NftDraft[] {
  return [...draftsOfElements(table, naming).values()];
}

function draftsOfElements(table: NftTable, naming: ServiceNaming): Map<string, NftDraft> {
  const drafts = new Map<string, NftDraft>();
  for (const map of [NFT_OBJECTS.serviceIps, NFT_OBJECTS.serviceNodePorts, NFT_OBJECTS.firewallIps])
    for (const entry of readVerdictMap(table, map)) {
      const { chain } = entry.verdict;
      const base = chain === null ? null : (parseNftName(chain)?.base ?? null);
      const draft = draftOf(drafts, base, entry);
      (map === NFT_OBJECTS.firewallIps ? draft.guards : draft.entries).push(entry);
      if (chain !== null) draft.chains.add(chain);
    }
  for (const map of [NFT_OBJECTS.noEndpointServices, NFT_OBJECTS.noEndpointNodePorts])
    for (const entry of readVerdictMap(table, map))
      draftOf(drafts, baseOfRefusal(entry, naming), entry).refusals.push(entry);
  return drafts;
}

function draftOf(drafts: Map<string, NftDraft>, base: string | null, entry: MapEntry): NftDraft {
  const key = base ?? `${entry.address ?? 'node'} ${entry.protocol} ${entry.port}`;
  let draft = drafts.get(key);
  if (draft === undefined) {
    draft = { base, entries: [], refusals: [], guards: [], chains: new Set() };
    drafts.set(key, draft);
  }
  return draft;
}

/** Chains are emptied at once and removed a second later (syncProxyRules): those without rules are none any more. */
function addChains(drafts: Map<string, NftDraft>, { chains }: NftTable): void {
  for (const name of chains.keys()) {
    const parsed = parseNftName(name);
    if (parsed === null || parsed.prefix === 'endpoint') continue;
    if ((chains.get(name)?.rules.length ?? 0) === 0) continue;
    let draft = drafts.get(parsed.base);
    if (draft === undefined) {
      draft = { base: parsed.base, entries: [], refusals: [], guards: [], chains: new Set() };
      drafts.set(parsed.base, draft);
    }
    draft.chains.add(name);
  }
}

/** @returns a draft of {@link draftNftSockets} with all its chains, found by the names that they have: a table can have 100,000. */
export function withItsChains(draft: NftDraft, { table }: KubeProxyTable): NftDraft {
  const { base, chains } = draft;
  if (base === null) return draft;
  const own = OF_PORTS.map((prefix) => `${prefix}-${base}`).filter(
    (name) => (table.chains.get(name)?.rules.length ?? 0) > 0,
  );
  return { ...draft, chains: new Set([...chains, ...own]) };
}

const OF_PORTS: readonly NftPrefix[] = ['service', 'local', 'external', 'firewall', 'affinity'];

function baseOfRefusal({ address, port, protocol, comment }: MapEntry, naming: ServiceNaming): string | null {
  const name = naming.bySocket(address, port, protocol)?.name ?? nameInComment(comment);
  return name === null
    ? null
    : nftBaseOf({ namespace: name.namespace, name: name.service, port: name.port, protocol });
}

/** @returns the Service port that the comment of an element names: `shop/empty:http`. */
export function nameInComment(
  comment: string | null,
): { readonly namespace: string; readonly service: string; readonly port: string } | null {
  const [, namespace, service, port = ''] =
    /^([^/:\s]+)\/([^/:\s]+)(?::([^/:\s]*))?$/.exec(comment ?? '') ?? [];
  return namespace === undefined || service === undefined ? null : { namespace, service, port };
}

/** @returns the Service port that the chains of a draft name; null where none of them does. */
export function nameInChains({ chains }: NftDraft): ServicePortName | null {
  for (const chain of chains) {
    const service = parseNftName(chain)?.service;
    if (service != null) return service;
  }
  return null;
}
