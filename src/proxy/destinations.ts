import type { Cluster, Service, ServicePort } from '../kubernetes/objects.ts';
import type { Address } from '../net/address.ts';
import { protocolOf, serviceAddresses, type Via } from './service-index.ts';

/** One way to reach a Service port. */
export interface Destination {
  readonly service: Service;
  readonly port: ServicePort;
  readonly via: Via;
  /** Null for a node port, which any address of any node may have. */
  readonly address: Address | null;
  /** What the packet's destination port is: the Service's number, or the node port. */
  readonly portNumber: number;
  /** IP protocol number. */
  readonly protocol: number;
}

/**
 * What a user's text means: the ways to get there, cluster IPs first and node ports last, or why there are none.
 * `port` of `no-such-port` is null where no port was named and none has the protocol asked for.
 */
export type DestinationAnswer =
  | { readonly kind: 'found'; readonly destinations: readonly Destination[] }
  | { readonly kind: 'not-a-name' }
  | { readonly kind: 'services-unknown' }
  | {
      readonly kind: 'no-such-service';
      readonly namespace: string;
      readonly name: string;
      /** Namespaces that have a Service of this name. */
      readonly elsewhere: readonly string[];
    }
  | { readonly kind: 'no-such-port'; readonly service: Service; readonly port: string | null }
  | { readonly kind: 'no-address'; readonly service: Service };

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const TEXT = new RegExp(`^(?:(${LABEL})/)?(${LABEL})(?::(${LABEL}))?$`);

/** Finds the Service a user named, and its addresses. See `AddressBook.resolve`. */
export function resolveDestination(
  cluster: Cluster,
  text: string,
  defaultNamespace: string,
  protocol: number | null,
): DestinationAnswer {
  const match = text.length > 255 ? null : TEXT.exec(text);
  const name = match?.[2];
  if (match === null || name === undefined) return { kind: 'not-a-name' };
  const services = cluster.services ?? cluster.seen?.services ?? null;
  if (services === null) return { kind: 'services-unknown' };
  const namespace = match[1] ?? defaultNamespace;
  const port = match[3] ?? null;
  const service = services.find((known) => known.name === name && known.namespace === namespace);
  if (service === undefined) {
    // A table that does not show it proves nothing.
    if (cluster.services === null) return { kind: 'services-unknown' };
    const elsewhere = services.filter((known) => known.name === name).map((known) => known.namespace);
    return { kind: 'no-such-service', namespace, name, elsewhere: elsewhere.sort() };
  }
  const wanted = protocol === null ? service.ports : service.ports.filter((p) => protocolOf(p) === protocol);
  const ports = port === null ? wanted : wanted.filter((p) => p.name === port || String(p.port) === port);
  const nodePorts = port === null ? ports : wanted.filter((p) => String(p.nodePort) === port);
  const destinations = [
    ...ports.flatMap((p) => ownAddresses(service, p)),
    ...[...new Set([...ports, ...nodePorts])].flatMap((p) => nodePortOf(service, p)),
  ];
  if (destinations.length > 0) return { kind: 'found', destinations: destinations.sort(byVia) };
  if (ports.length === 0 && (port !== null || service.ports.length > 0))
    return { kind: 'no-such-port', service, port };
  return { kind: 'no-address', service };
}

function ownAddresses(service: Service, port: ServicePort): Destination[] {
  const protocol = protocolOf(port);
  if (protocol === null) return [];
  return serviceAddresses(service).map((place) => ({
    service,
    port,
    ...place,
    portNumber: port.port,
    protocol,
  }));
}

function nodePortOf(service: Service, port: ServicePort): Destination[] {
  const protocol = protocolOf(port);
  if (protocol === null || port.nodePort === null) return [];
  return [{ service, port, via: 'nodePort', address: null, portNumber: port.nodePort, protocol }];
}

const ORDER: Readonly<Record<Via, number>> = { clusterIP: 0, externalIP: 1, loadBalancerIP: 2, nodePort: 3 };

/** Stable: ports and addresses keep the API's order. */
function byVia(a: Destination, b: Destination): number {
  return ORDER[a.via] - ORDER[b.via];
}
