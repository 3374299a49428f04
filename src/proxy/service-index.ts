import type { Cluster, Service, ServicePort } from '../kubernetes/objects.ts';
import { type Address, formatAddress, parseAddress } from '../net/address.ts';
import { parseProtocol } from '../net/protocol.ts';

/** By which of its addresses a Service is reached. */
export type Via = 'clusterIP' | 'externalIP' | 'loadBalancerIP' | 'nodePort';

/** A Service port, reached by one of the Service's own addresses. */
export interface ServiceMatch {
  readonly service: Service;
  readonly port: ServicePort;
  readonly via: Exclude<Via, 'nodePort'>;
}

/** @returns the addresses of a Service, each with what it is; headless Services and names have none. */
export function serviceAddresses(
  service: Service,
): { readonly address: Address; readonly via: ServiceMatch['via'] }[] {
  const texts: [string, ServiceMatch['via']][] = [
    ...service.clusterIPs.map((text): [string, 'clusterIP'] => [text, 'clusterIP']),
    ...service.externalIPs.map((text): [string, 'externalIP'] => [text, 'externalIP']),
    ...service.loadBalancer.map(({ ip }): [string, 'loadBalancerIP'] => [ip ?? '', 'loadBalancerIP']),
  ];
  const found: { address: Address; via: ServiceMatch['via'] }[] = [];
  for (const [text, via] of texts) {
    const address = parseAddress(text);
    if (address !== null) found.push({ address, via });
  }
  return found;
}

/** @returns the number of a Service port's protocol, or null where the name is unknown. */
export function protocolOf(port: { readonly protocol: string }): number | null {
  return parseProtocol(port.protocol);
}

/** Service ports by address and by node port. Where several claim one place, the first in the order of names. */
export class ServiceIndex {
  readonly #byAddress = new Map<string, ServiceMatch[]>();
  readonly #byNodePort = new Map<string, { readonly service: Service; readonly port: ServicePort }[]>();

  constructor(cluster: Cluster) {
    const services = [...(cluster.services ?? cluster.seen?.services ?? [])].sort(byName);
    for (const service of services) {
      const addresses = serviceAddresses(service);
      for (const port of service.ports) {
        const protocol = protocolOf(port);
        for (const { address, via } of addresses) {
          add(this.#byAddress, placeKey(protocol, address, port.port), { service, port, via });
        }
        if (port.nodePort !== null) add(this.#byNodePort, `${protocol} ${port.nodePort}`, { service, port });
      }
    }
  }

  at(protocol: number, address: Address, port: number): readonly ServiceMatch[] {
    return this.#byAddress.get(placeKey(protocol, address, port)) ?? [];
  }

  atNodePort(
    protocol: number,
    port: number,
  ): readonly { readonly service: Service; readonly port: ServicePort }[] {
    return this.#byNodePort.get(`${protocol} ${port}`) ?? [];
  }
}

/** Orders objects by namespace and name, whatever the locale. */
export function byName(
  a: { readonly namespace: string; readonly name: string },
  b: { readonly namespace: string; readonly name: string },
): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}

/** Adds to the list that a key stands for. */
export function add<Item>(groups: Map<string, Item[]>, key: string, item: Item): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}

function placeKey(protocol: number | null, address: Address, port: number): string {
  return `${protocol} ${formatAddress(address)} ${port}`;
}
