import { isLocalAddress } from '../../../host/local-addresses.ts';
import type { Endpoint, Service, ServicePort } from '../../../kubernetes/objects.ts';
import { omittedNamespaces } from '../../../kubernetes/omitted-namespaces.ts';
import { endpointsSeen } from '../../../kubernetes/passed-over.ts';
import type { Trace } from '../../../trace/outcome.ts';
import type { ServiceRef } from '../../explanation.ts';
import type { Known } from '../../question/question.ts';

/** What the packet was sent to. Everything is null where the API objects are not in the capture or know no such Service. */
export interface Target {
  /** `shop/web:http`; null where no Service is known by this address or by the rules passed. */
  readonly label: string | null;
  readonly via: ServiceRef['via'] | null;
  readonly service: Service | null;
  readonly port: ServicePort | null;
  /** Every endpoint of the Service port in the API that kube-proxy sees, usable or not; null where endpoints were not captured. */
  readonly endpoints: readonly Endpoint[] | null;
  /** The same by address; empty where there are none. */
  readonly endpointsAt: ReadonlyMap<string, readonly Endpoint[]>;
}

/** @returns the API's view of the packet's destination: by address, by node port of this node, else by the name that the rules gave. */
export function findTarget(trace: Trace, named: ServiceRef | null, known: Known): Target {
  const found = byAddress(trace, known) ?? byName(named, known);
  if (found === null) {
    return {
      label: named === null ? null : labelOf(named.namespace, named.name, named.port),
      via: named?.via ?? null,
      service: null,
      port: null,
      endpoints: null,
      endpointsAt: new Map(),
    };
  }
  const { service, port, via } = found;
  const captured = omittedNamespaces(known.cluster).has(service.namespace) ? null : known.cluster.endpoints;
  const own =
    captured &&
    known.book
      .endpointsOf(service.namespace, service.name)
      .filter(
        (endpoint) =>
          endpoint.portName === port.name && endpoint.protocol.toUpperCase() === port.protocol.toUpperCase(),
      );
  const endpoints = own && endpointsSeen(service, own);
  const label = labelOf(service.namespace, service.name, port.name);
  return { label, via, service, port, endpoints, endpointsAt: byPlace(endpoints ?? []) };
}

function byPlace(endpoints: readonly Endpoint[]): Map<string, Endpoint[]> {
  const places = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const same = places.get(endpoint.address);
    if (same === undefined) places.set(endpoint.address, [endpoint]);
    else same.push(endpoint);
  }
  return places;
}

interface Found {
  readonly service: Service;
  readonly port: ServicePort;
  readonly via: ServiceRef['via'];
}

function byAddress({ packet }: Trace, known: Known): Found | null {
  const { destination, destinationPort: port, protocol } = packet;
  if (port === null) return null;
  const match = known.book.serviceAt(protocol, destination, port);
  if (match !== null) return match;
  const local = packet.destinationIsLocal || isLocalAddress(known.host, destination) === true;
  const found = local ? known.book.serviceAtNodePort(protocol, port) : null;
  return found === null ? null : { ...found, via: 'nodePort' };
}

function byName(named: ServiceRef | null, { cluster }: Known): Found | null {
  if (named === null) return null;
  const service = cluster.services?.find(
    ({ namespace, name }) => namespace === named.namespace && name === named.name,
  );
  const port = service?.ports.find(({ name }) => name === named.port);
  return service === undefined || port === undefined ? null : { service, port, via: named.via };
}

/** @returns `namespace/service:port`. */
function labelOf(namespace: string, name: string, port: string): string {
  return port === '' ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
}

/** @returns true for an endpoint that kube-proxy may use: ready, or terminating and still serving. */
export function isUsable({ ready, serving, terminating }: Endpoint): boolean {
  return ready || (serving && terminating);
}

/** @returns true where the load balancer itself is to get the packet: Service.status.loadBalancer.ingress[].ipMode Proxy: kube-proxy leaves the address alone (1.29 and later). */
export function isProxied(service: Service | null, address: string): boolean {
  return service?.loadBalancer.some(({ ip, ipMode }) => ip === address && ipMode === 'Proxy') ?? false;
}
