import type { Service } from '../../kubernetes/objects.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import { CHAINS } from '../../proxy/chains.ts';
import type { ServiceItem } from '../service-list.ts';
import type { RefusalChain } from './refusal-rules.ts';
import type { ServiceDraft } from './service-draft.ts';

type Sockets = ServiceItem['clusterIPs'];

/** The addresses of a Service port, as rules name them. */
export interface ServiceAddresses {
  readonly clusterIPs: Sockets;
  readonly externalIPs: Sockets;
  readonly loadBalancerIPs: Sockets;
  readonly nodePort: number | null;
}

/**
 * Sorts a draft's addresses by kind. What a rule does not tell (refusals of CHAINS.externalServices never do) the API object
 * does; without one it is listed as an external IP, which is what kube-proxy treats it as.
 * @param service the API's Service, where it is known
 */
export function addressesOf(draft: ServiceDraft, service: Service | null): ServiceAddresses {
  const lists = {
    clusterIP: new Map<string, Sockets[number]>(),
    externalIP: new Map<string, Sockets[number]>(),
    loadBalancerIP: new Map<string, Sockets[number]>(),
  };
  let nodePort: number | null = null;
  const kinds = new Map<string, keyof typeof lists>();
  const put = (kind: keyof typeof lists, address: string, port: number) => {
    const key = `${address} ${port}`;
    kinds.set(key, kind);
    lists[kind].set(key, { address, port });
  };
  for (const { address, port, kind } of draft.entries) {
    if (port === null) continue;
    if (kind === 'nodePort') nodePort ??= port;
    else if (address === null) continue;
    else put(kind === 'external' ? outerKind(address, service) : kind, address, port);
  }
  for (const { chain, address, port, nodePort: forNodePort } of draft.refusals) {
    if (port === null) continue;
    if (forNodePort) nodePort ??= port;
    if (address === null) continue;
    const known = kinds.get(`${address} ${port}`);
    put(known ?? kindByChain(chain, address, service), address, port);
  }
  return {
    clusterIPs: [...lists.clusterIP.values()],
    externalIPs: [...lists.externalIP.values()],
    loadBalancerIPs: [...lists.loadBalancerIP.values()],
    nodePort,
  };
}

function kindByChain(
  chain: RefusalChain,
  address: string,
  service: Service | null,
): 'clusterIP' | 'externalIP' | 'loadBalancerIP' {
  if (chain === CHAINS.services) return 'clusterIP';
  return chain === CHAINS.proxyFirewall ? 'loadBalancerIP' : outerKind(address, service);
}

function outerKind(address: string, service: Service | null): 'externalIP' | 'loadBalancerIP' {
  const listed = service?.loadBalancer.some(({ ip }) => ip !== null && sameText(ip, address)) === true;
  return listed ? 'loadBalancerIP' : 'externalIP';
}

/** The API may hold IPv6 addresses in another spelling than iptables-save prints. */
function sameText(fromApi: string, address: string): boolean {
  const parsed = parseAddress(fromApi);
  return parsed !== null && formatAddress(parsed) === address;
}
