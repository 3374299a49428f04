import { type Family, parseAddress } from '../../../net/address.ts';
import type { NftTable } from '../../../nftables/ruleset.ts';
import { isChooser, isConfirmed, type NftPrefix, parseNftName } from '../../../proxy/nft-names.ts';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.ts';
import type { Known } from '../../question/question.ts';
import type { Misdirected, ServiceItem } from '../../service-list.ts';
import { EndpointIndex } from '../endpoint-index.ts';
import type { ServiceNaming } from '../service-naming.ts';
import type { ApiPort } from '../socket-index.ts';
import { expectedAddresses } from '../unprogrammed-addresses.ts';
import { type NftAddresses, nftAddresses } from './addresses.ts';
import { affinitySetOf, type Choice, readChoices, rulesOf, targetsOf } from './choices.ts';
import { type KubeProxyTable, kubeProxyTables } from './kube-proxy-tables.ts';
import {
  draftNftServices,
  draftNftSockets,
  type NftDraft,
  nameInChains,
  nameInComment,
  withItsChains,
} from './nft-drafts.ts';
import { nftSourceRanges } from './source-ranges.ts';

/** What the reading of every Service port shares. */
interface Reading {
  readonly known: Known;
  readonly naming: ServiceNaming;
  readonly endpoints: EndpointIndex;
}

/**
 * Lists every Service port that kube-proxy programs in nftables mode (1.29 to 1.36), read from its maps and chains: nothing is
 * traced.
 * @param isAsked whose ports are read, 10,000 others are not
 * @returns empty where its table was not captured
 */
export function listNftServices(
  known: Known,
  naming: ServiceNaming,
  node: string | null,
  isAsked: (name: ItemName) => boolean = () => true,
): ServiceItem[] {
  const endpoints = new EndpointIndex(known.cluster, node);
  return kubeProxyTables(known).flatMap((table) =>
    draftNftServices(table, naming)
      .filter((draft) => isAsked(nameOf(draft, naming)))
      .map((draft) => itemOf(draft, table, { known, naming, endpoints })),
  );
}

/** A Service port, and the sockets at which the maps have it. */
export interface NftServicePort {
  readonly family: Family;
  /** `address` null: a node port. */
  readonly sockets: readonly { readonly address: string | null; readonly port: number }[];
  /** Reads its chains. */
  readonly read: () => ServiceItem;
}

/** @returns those to which some element leads; chains are read of those alone that are asked for. */
export function nftServicesBySocket(
  known: Known,
  naming: ServiceNaming,
  node: string | null,
): NftServicePort[] {
  const endpoints = new EndpointIndex(known.cluster, node);
  return kubeProxyTables(known).flatMap((table) =>
    draftNftSockets(table, naming).map((draft) => ({
      family: table.family,
      sockets: [...draft.entries, ...draft.refusals],
      read: () => itemOf(withItsChains(draft, table), table, { known, naming, endpoints }),
    })),
  );
}

function itemOf(draft: NftDraft, kube: KubeProxyTable, reading: Reading): ServiceItem {
  const { table, family, file } = kube;
  const { naming } = reading;
  const name = nameOf(draft, naming);
  const service = name.api?.service ?? null;
  const addresses = nftAddresses(draft, table, service);
  const chains = [...draft.chains].sort((a, b) => rankOf(a) - rankOf(b));
  const behind = chains.flatMap((chain) => chainsBehind(table, chain));
  const all = [...new Set([...chains, ...behind])].sort((a, b) => rankOf(a) - rankOf(b));
  const { endpoints, misdirected, lost } = readEndpoints(all, kube, name, reading);
  const missing = all.filter((chain) => table.chains.get(chain)?.cut !== false);
  return {
    namespace: name.namespace,
    name: name.name,
    port: name.port,
    protocol: name.protocol,
    namedBy: name.namedBy,
    family,
    backend: 'nft',
    conflict: null,
    ...addresses,
    internalPolicy: internalPolicy(draft, addresses),
    externalPolicy: externalPolicy(draft, table, addresses),
    affinitySeconds: affinityOf(table, all),
    sourceRanges: nftSourceRanges(
      table,
      all,
      new Set(addresses.loadBalancerIPs.map(({ address }) => address)),
    ),
    unprogrammed: (service === null ? [] : expectedAddresses(service, name.port, name.protocol, family))
      .filter((place) => !isHeld(place, addresses))
      .map((place) => ({ ...place, state: stateOf(kube, place.kind) })),
    printed: [],
    notCaptured: [...missing, ...lost],
    misdirected,
    endpoints,
    refusals: [...draft.refusals, ...draft.guards.filter((guard) => isCaptured(guard, table))].map(
      ({ map, address, port, verdict, comment }) => ({
        action: verdict.verdict === 'drop' || map === NFT_OBJECTS.firewallIps ? 'drop' : 'reject',
        address,
        port,
        nodePort: address === null,
        comment,
        file,
        line: table.sets.get(map)?.line ?? 1,
      }),
    ),
    chains: [...new Set([...all, ...endpoints.map(({ chain }) => chain)])],
  };
}

/** Whom a chain of source ranges keeps out, only it tells. */
function isCaptured({ verdict }: NftDraft['guards'][number], table: NftTable): boolean {
  return verdict.chain === null || table.chains.has(verdict.chain);
}

interface ItemName extends Pick<ServiceItem, 'namespace' | 'name' | 'port' | 'protocol' | 'namedBy'> {
  readonly api: ApiPort | null;
}

/** By the API's address where an element has one, else by the names of the chains, which tell all; else by a comment. */
function nameOf(draft: NftDraft, naming: ServiceNaming): ItemName {
  const told = nameInChains(draft);
  const [entry] = [...draft.entries, ...draft.refusals];
  for (const { address, port, protocol } of [...draft.entries, ...draft.refusals]) {
    const api = naming.bySocket(address, port, protocol);
    if (api === null || (told !== null && !isSame(api, told))) continue;
    const { namespace, service, port: name } = api.name;
    return { protocol, namedBy: 'api', api, ...fieldsOf(namespace, service, name) };
  }
  if (told !== null) {
    const own = [...draft.chains].some((chain) => {
      const parsed = parseNftName(chain);
      return parsed !== null && isConfirmed(parsed);
    });
    const api = naming.byName(told.namespace, told.name, told.port, told.protocol);
    const names = own || api !== null ? fieldsOf(told.namespace, told.name, told.port) : NOBODY;
    return { protocol: told.protocol, namedBy: names === NOBODY ? 'none' : 'hash', api, ...names };
  }
  const said = nameInComment(entry?.comment ?? null);
  const protocol = entry?.protocol ?? 'unknown';
  return said === null
    ? { protocol, namedBy: 'none', api: null, ...NOBODY }
    : { protocol, namedBy: 'comment', api: null, ...fieldsOf(said.namespace, said.service, said.port) };
}

const NOBODY = { namespace: null, name: null, port: null } as const;

function fieldsOf(
  namespace: string,
  name: string,
  port: string,
): Pick<ItemName, 'namespace' | 'name' | 'port'> {
  return { namespace, name, port: port === '' ? null : port };
}

function isSame({ name }: ApiPort, told: { namespace: string; name: string; port: string }): boolean {
  return name.namespace === told.namespace && name.service === told.name && name.port === told.port;
}

const ORDER: readonly NftPrefix[] = ['service', 'local', 'external', 'firewall', 'endpoint', 'affinity'];

function rankOf(chain: string): number {
  const prefix = parseNftName(chain)?.prefix;
  return prefix === undefined ? ORDER.length : ORDER.indexOf(prefix);
}

/** Chains of the same port that a chain leads to, endpoints aside. */
function chainsBehind(table: NftTable, name: string): string[] {
  const chain = table.chains.get(name);
  if (chain === undefined || parseNftName(name)?.prefix !== 'external') return [];
  return [...rulesOf(chain)].flatMap(({ statements }) => statements.flatMap(targetsOf)).filter(isChooser);
}

function readEndpoints(
  chains: readonly string[],
  { table, cut }: KubeProxyTable,
  { api, namespace, name, port }: ItemName,
  { known, endpoints: index }: Reading,
): Pick<ServiceItem, 'endpoints' | 'misdirected'> & { readonly lost: readonly string[] } {
  const endpoints: ServiceItem['endpoints'][number][] = [];
  const misdirected = new Map<string, Misdirected>();
  const lost = new Set<string>();
  for (const chain of chains) {
    const prefix = parseNftName(chain)?.prefix;
    const held = table.chains.get(chain);
    if (held === undefined || !isChooser(chain)) continue;
    for (const choice of readChoices(table, held)) {
      const { address, port: number } = choice;
      const own = address === null || number === null ? [] : endpointsAt(known, address, number);
      const mine = own.find(
        (each) =>
          each.namespace === namespace &&
          each.service === name &&
          each.portName === (api?.name.port ?? port ?? ''),
      );
      if (address === null && !table.chains.has(choice.chain)) lost.add(choice.chain);
      const named = misdirection(choice);
      if (named !== null) misdirected.set(choice.chain, named);
      endpoints.push({
        address: address ?? 'unknown',
        port: number,
        share: choice.share,
        scope: prefix === 'service' ? 'cluster' : 'local',
        chain: choice.chain,
        endpoint: address === null ? null : index.at(mine ?? null, address, number),
      });
    }
  }
  // The kernel holds no jump to a chain that is not there: only a part of a listing lacks one.
  return { endpoints, misdirected: [...misdirected.values()], lost: cut || lost.size > 0 ? [...lost] : [] };
}

function endpointsAt({ book }: Known, address: string, port: number) {
  const parsed = parseAddress(address);
  return parsed === null ? [] : book.endpointsAt(parsed, port);
}

/** @returns where a chain sends that is named after another endpoint; null where it sends to its own, or has no such name. */
export function misdirection({ chain, address, port }: Choice): Misdirected | null {
  const named = parseNftName(chain)?.endpoint ?? null;
  if (named === null || address === null) return null;
  return named.address === address && named.port === port ? null : { chain, to: { address, port }, named };
}

function affinityOf(table: NftTable, chains: readonly string[]): number | null {
  for (const name of chains) {
    const chain = table.chains.get(name);
    for (const rule of chain === undefined ? [] : rulesOf(chain)) {
      const set = affinitySetOf(rule);
      if (set !== null) return table.sets.get(set)?.timeout ?? null;
    }
  }
  return null;
}

function internalPolicy(draft: NftDraft, { clusterIPs }: NftAddresses): ServiceItem['internalPolicy'] {
  const isOwn = ({ address, port }: { readonly address: string | null; readonly port: number }) =>
    clusterIPs.some((each) => each.address === address && each.port === port);
  const chain = draft.entries.find(isOwn)?.verdict.chain;
  if (chain != null) return parseNftName(chain)?.prefix === 'local' ? 'Local' : 'Cluster';
  return draft.refusals.find(isOwn)?.verdict.verdict === 'drop' ? 'Local' : null;
}

/** A chain `external-` leads to `local-` where the policy is Local; without a local endpoint a map drops instead. */
function externalPolicy(
  draft: NftDraft,
  table: NftTable,
  { clusterIPs }: NftAddresses,
): ServiceItem['externalPolicy'] {
  const isInternal = (address: string | null) => clusterIPs.some((each) => each.address === address);
  if (draft.refusals.some(({ address, verdict }) => verdict.verdict === 'drop' && !isInternal(address)))
    return 'Local';
  for (const { verdict } of draft.entries) {
    const chain = verdict.chain === null ? undefined : table.chains.get(verdict.chain);
    if (chain === undefined || parseNftName(chain.name)?.prefix !== 'external') continue;
    const behind = chainsBehind(table, chain.name).map((name) => parseNftName(name)?.prefix);
    if (behind.includes('local')) return 'Local';
    if (behind.includes('service')) return 'Cluster';
  }
  return null;
}

function isHeld(
  { kind, address, port }: { readonly kind: string; readonly address: string | null; readonly port: number },
  addresses: NftAddresses,
): boolean {
  if (kind === 'nodePort') return addresses.nodePort !== null;
  return [...addresses.clusterIPs, ...addresses.externalIPs, ...addresses.loadBalancerIPs].some(
    (each) => each.address === address && each.port === port,
  );
}

function stateOf(
  { table, cut }: KubeProxyTable,
  kind: ServiceItem['unprogrammed'][number]['kind'],
): 'no-rule' | 'not-captured' {
  const map = table.sets.get(kind === 'nodePort' ? NFT_OBJECTS.serviceNodePorts : NFT_OBJECTS.serviceIps);
  return map === undefined || cut ? 'not-captured' : 'no-rule';
}
