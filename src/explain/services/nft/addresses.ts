import type { Service } from '../../../kubernetes/objects.ts';
import { formatAddress, parseAddress } from '../../../net/address.ts';
import type { NftTable } from '../../../nftables/ruleset.ts';
import { parseNftName } from '../../../proxy/nft-names.ts';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.ts';
import type { ServiceItem } from '../../service-list.ts';
import type { ServiceAddresses } from '../service-addresses.ts';
import type { NftDraft } from './nft-drafts.ts';
import { type MapEntry, wordOf } from './verdict-maps.ts';

/** The addresses of a Service port, as maps name them. */
export type NftAddresses = ServiceAddresses;

type Kind = Exclude<ServiceItem['unprogrammed'][number]['kind'], 'nodePort'>;

/**
 * Sorts a draft's addresses by kind: set `cluster-ips` tells cluster IPs, what has source ranges is a load balancer's, and
 * the API tells the others; without it they are listed as external IPs, which is what kube-proxy treats them as.
 * @param service the API's Service, where it is known
 */
export function nftAddresses(draft: NftDraft, table: NftTable, service: Service | null): NftAddresses {
  const lists: Record<Kind, Map<string, { readonly address: string; readonly port: number }>> = {
    clusterIP: new Map(),
    externalIP: new Map(),
    loadBalancerIP: new Map(),
  };
  let nodePort: number | null = null;
  const isLone = isLoneRefusal(draft);
  for (const entry of [...draft.entries, ...draft.refusals]) {
    const { address, port } = entry;
    if (address === null) nodePort ??= port;
    else lists[kindOf(entry, address, table, service, isLone)].set(`${address} ${port}`, { address, port });
  }
  return {
    clusterIPs: [...lists.clusterIP.values()],
    externalIPs: [...lists.externalIP.values()],
    loadBalancerIPs: [...lists.loadBalancerIP.values()],
    nodePort,
  };
}

function kindOf(
  entry: MapEntry,
  address: string,
  table: NftTable,
  service: Service | null,
  isLone: boolean,
): Kind {
  if (service !== null) {
    if (has(service.clusterIPs, address)) return 'clusterIP';
    if (
      has(
        service.loadBalancer.flatMap(({ ip }) => ip ?? []),
        address,
      )
    )
      return 'loadBalancerIP';
    if (has(service.externalIPs, address)) return 'externalIP';
  }
  const clusterIps = clusterIpsOf(table);
  if (clusterIps?.has(address) === true) return 'clusterIP';
  // What a set lacks that the listing breaks off in may be in it.
  if (clusterIps !== null && table.sets.get(NFT_OBJECTS.clusterIps)?.cut === false) return 'externalIP';
  const prefix = entry.verdict.chain === null ? undefined : parseNftName(entry.verdict.chain)?.prefix;
  return prefix === 'service' || prefix === 'local' || isLone ? 'clusterIP' : 'externalIP';
}

/** Without endpoints kube-proxy refuses a Service at all of its addresses: one alone is that which every Service has. */
function isLoneRefusal({ entries, refusals }: NftDraft): boolean {
  const addresses = new Set(refusals.flatMap(({ address }) => address ?? []));
  return (
    entries.length === 0 &&
    addresses.size === 1 &&
    refusals.every(({ verdict }) => verdict.verdict !== 'drop')
  );
}

function has(texts: readonly string[], address: string): boolean {
  return texts.some((text) => {
    const parsed = parseAddress(text);
    return parsed !== null && formatAddress(parsed) === address;
  });
}

const CLUSTER_IPS = new WeakMap<NftTable, ReadonlySet<string> | null>();

/** @returns the cluster IPs that the table's set holds, which is there since 1.30; null where there is none. */
export function clusterIpsOf(table: NftTable): ReadonlySet<string> | null {
  const known = CLUSTER_IPS.get(table);
  if (known !== undefined) return known;
  const set = table.sets.get(NFT_OBJECTS.clusterIps);
  const found =
    set === undefined
      ? null
      : new Set(
          set.elements.flatMap(({ key }) => {
            const parsed = parseAddress(wordOf(key) ?? '');
            return parsed === null ? [] : [formatAddress(parsed)];
          }),
        );
  CLUSTER_IPS.set(table, found);
  return found;
}
