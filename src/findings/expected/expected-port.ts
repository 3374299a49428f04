import type { Cluster, Endpoint, Service, ServicePort } from '../../kubernetes/objects.ts';
import { whyPassedOver } from '../../kubernetes/passed-over.ts';
import { type Address, type Family, parseAddress } from '../../net/address.ts';
import { parseProtocol } from '../../net/protocol.ts';
import type { AddressBook } from '../../proxy/addresses.ts';

/** A Service port in one family that kube-proxy of this node must serve, with every endpoint the API has for it. */
export interface ExpectedPort {
  readonly service: Service;
  readonly port: ServicePort;
  /** IP protocol number. */
  readonly protocol: number;
  readonly family: Family;
  readonly clusterIP: Address;
  readonly endpoints: readonly Endpoint[];
}

/**
 * Lists what kube-proxy must serve: not headless Services, not names of the outside, not those of another proxy; and of
 * endpoints those in slices that it sees.
 * @param only the Services that are asked for, where it is not all, and what finds their endpoints among 100,000
 * @returns null where Services or endpoints were not captured: then nothing can be expected
 */
export function listExpectedPorts(
  { services, endpoints }: Cluster,
  only: { readonly isAsked: (service: Service) => boolean; readonly book: AddressBook } | null = null,
): readonly ExpectedPort[] | null {
  if (services === null || endpoints === null) return null;
  const asked = only === null ? services : services.filter(only.isAsked);
  const index = indexEndpoints(
    only === null
      ? endpoints
      : asked.flatMap(({ namespace, name }) => only.book.endpointsOf(namespace, name)),
  );
  return asked.flatMap((service) => {
    if (whyPassedOver(service) !== null) return [];
    return service.clusterIPs.flatMap((text) => {
      const clusterIP = parseAddress(text);
      return clusterIP === null ? [] : portsOf(service, clusterIP, index);
    });
  });
}

function portsOf(service: Service, clusterIP: Address, index: EndpointIndex): ExpectedPort[] {
  const { family } = clusterIP;
  return service.ports.flatMap((port) => {
    const protocol = parseProtocol(port.protocol);
    if (protocol === null) return [];
    const endpoints = index.get(keyOf(service.namespace, service.name, port.name, protocol)) ?? [];
    const inFamily = endpoints.filter(({ address }) => address.includes(':') === (family === 'ipv6'));
    return [{ service, port, protocol, family, clusterIP, endpoints: distinct(inFamily) }];
  });
}

type EndpointIndex = ReadonlyMap<string, readonly Endpoint[]>;

function indexEndpoints(endpoints: Iterable<Endpoint>): EndpointIndex {
  const index = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const protocol = parseProtocol(endpoint.protocol);
    if (protocol === null || endpoint.passedOver === true) continue;
    const key = keyOf(endpoint.namespace, endpoint.service, endpoint.portName, protocol);
    const list = index.get(key);
    if (list === undefined) index.set(key, [endpoint]);
    else list.push(endpoint);
  }
  return index;
}

/** An address may stand in several slices while the API moves it; a ready entry wins, as in `endpointslicecache.go`. */
function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const byPlace = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const key = `${endpoint.address} ${endpoint.port}`;
    const known = byPlace.get(key);
    if (known === undefined || (!known.ready && endpoint.ready)) byPlace.set(key, endpoint);
  }
  return byPlace.size === endpoints.length ? endpoints : [...byPlace.values()];
}

function keyOf(namespace: string, name: string, port: string, protocol: number): string {
  return `${namespace}/${name}:${port} ${protocol}`;
}

/** @returns `namespace/service:port`, as kube-proxy writes it. */
export function labelOfPort({ service, port }: Pick<ExpectedPort, 'service' | 'port'>): string {
  const name = `${service.namespace}/${service.name}`;
  return port.name === '' ? name : `${name}:${port.name}`;
}
