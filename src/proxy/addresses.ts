import type {
  Cluster,
  Endpoint,
  EndpointList,
  Node,
  Pod,
  PodList,
  Service,
  ServicePort,
} from '../kubernetes/objects.ts';
import { ByService } from '../lookup/by-service.ts';
import { type Address, formatAddress } from '../net/address.ts';
import { socketText } from '../net/socket.ts';
import { type DestinationAnswer, resolveDestination } from './destinations.ts';
import { add, byName, protocolOf, ServiceIndex, type ServiceMatch } from './service-index.ts';

export type { Destination, DestinationAnswer } from './destinations.ts';
export type { ServiceMatch, Via } from './service-index.ts';

const BOOKS = new WeakMap<Cluster, AddressBook>();

/** @returns the address book of a cluster: its indexes are built once, whoever asks, and serve for every node. */
export function bookOf(cluster: Cluster): AddressBook {
  const known = BOOKS.get(cluster);
  if (known !== undefined) return known;
  const book = new AddressBook(cluster);
  BOOKS.set(cluster, book);
  return book;
}

/** Tells whom an address belongs to. Each question builds its index when it is first asked. */
export class AddressBook {
  readonly #cluster: Cluster;
  #services: ServiceIndex | null = null;
  #pods: ReadonlyMap<string, readonly Pod[]> | null = null;
  #podsByName: ReadonlyMap<string, Pod> | null = null;
  #endpoints: ReadonlyMap<string, readonly Endpoint[]> | null = null;
  #nodes: ReadonlyMap<string, Node> | null = null;
  #endpointsByService: ReadonlyMap<string, readonly Endpoint[]> | null = null;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /**
   * @param protocol IP protocol number.
   * @returns the Service port with this cluster IP, external IP or load balancer IP. Where several claim it, a cluster IP
   * wins, then the first by namespace and name: `servicesAt` has them all.
   */
  serviceAt(protocol: number, address: Address, port: number): ServiceMatch | null {
    const matches = this.servicesAt(protocol, address, port);
    return matches.find(({ via }) => via === 'clusterIP') ?? matches[0] ?? null;
  }

  /** @returns every Service port that claims this address and port. */
  servicesAt(protocol: number, address: Address, port: number): readonly ServiceMatch[] {
    return this.#serviceIndex().at(protocol, address, port);
  }

  /** @returns the Service port with this node port. The API gives each out once. */
  serviceAtNodePort(
    protocol: number,
    port: number,
  ): { readonly service: Service; readonly port: ServicePort } | null {
    return this.#serviceIndex().atNodePort(protocol, port)[0] ?? null;
  }

  /**
   * @returns the Pod that has this address to itself, or null. An address that only Pods in the node's network share does
   * not tell which of them is meant; one of a Pod that has ended may have been given to the next.
   */
  podAt(address: Address): Pod | null {
    const [best, ...others] = this.podsAt(address);
    if (best === undefined) return null;
    return best.hostNetwork && others.length > 0 ? null : best;
  }

  /** @returns every Pod with this address: those with their own network before the node's, running before ended, then by name. */
  podsAt(address: Address): readonly Pod[] {
    const pods: PodList = this.#cluster.pods ?? this.#cluster.seen?.pods ?? [];
    const text = formatAddress(address);
    if (pods.late !== undefined) return [...pods.late.at(text)].sort(byRank);
    this.#pods ??= indexPods(pods);
    return this.#pods.get(text) ?? [];
  }

  /** @returns the Pods of a node, in the order of the capture; of all nodes where it is not known which. */
  podsOn(node: string | null): PodList {
    const pods: PodList = this.#cluster.pods ?? [];
    if (node === null) return pods;
    return pods.late?.on(node) ?? pods.filter((pod) => pod.node === node);
  }

  /** @returns the Pod of this name, or null. */
  podNamed(namespace: string, name: string): Pod | null {
    const pods: PodList = this.#cluster.pods ?? [];
    if (pods.late !== undefined) return pods.late.named(namespace, name);
    this.#podsByName ??= new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
    return this.#podsByName.get(`${namespace}/${name}`) ?? null;
  }

  /** @returns the endpoints with this address and port, of any Service, and of this protocol where one is given. */
  endpointsAt(address: Address, port: number, protocol: number | null = null): readonly Endpoint[] {
    const found = this.#endpointsWith(formatAddress(address)).filter((endpoint) => endpoint.port === port);
    return protocol === null ? found : found.filter((endpoint) => protocolOf(endpoint) === protocol);
  }

  /** @returns the endpoints with this address and port, of any Service. @param place `10.0.0.1:80`, `[fd00::1]:80` */
  endpointsAtPlace(place: string): readonly Endpoint[] {
    const text = place.slice(0, place.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
    return this.#endpointsWith(text).filter(({ address, port }) => socketText(address, port) === place);
  }

  /** @returns true where an endpoint has this address. @param text in its usual spelling */
  isEndpoint(text: string): boolean {
    return this.#endpointsWith(text).length > 0;
  }

  /** @returns the node that an endpoint of this address is on, as its EndpointSlice says; null where none does. */
  endpointNodeAt(address: Address): string | null {
    const found = this.#endpointsWith(formatAddress(address)).filter(({ node }) => node !== null);
    return found.at(-1)?.node ?? null;
  }

  /** @returns the endpoints of a Service, in the order of the capture. */
  endpointsOf(namespace: string, service: string): readonly Endpoint[] {
    const endpoints: EndpointList = this.#cluster.endpoints ?? [];
    if (endpoints.late !== undefined) return endpoints.late.of(namespace, service);
    this.#endpointsByService ??= indexByService(endpoints);
    return this.#endpointsByService.get(`${namespace}/${service}`) ?? [];
  }

  /** @returns the node with this address, of any type (InternalIP, ExternalIP). */
  nodeAt(address: Address): Node | null {
    this.#nodes ??= indexNodes(this.#cluster.nodes ?? this.#cluster.seen?.nodes ?? []);
    return this.#nodes.get(formatAddress(address)) ?? null;
  }

  /**
   * Reads a destination as a user types it: `namespace/service`, `namespace/service:port`, `service`, `service:port`; a port
   * is a name, the Service's number, or its node port.
   * @param defaultNamespace where a name without namespace is looked for.
   * @param protocol only ports of this IP protocol; null: any.
   */
  resolve(text: string, defaultNamespace: string, protocol: number | null = null): DestinationAnswer {
    return resolveDestination(this.#cluster, text, defaultNamespace, protocol);
  }

  #endpointsWith(text: string): readonly Endpoint[] {
    const endpoints: EndpointList = this.#cluster.endpoints ?? [];
    if (endpoints.late !== undefined) return endpoints.late.at(text);
    this.#endpoints ??= indexEndpoints(endpoints);
    return this.#endpoints.get(text) ?? [];
  }

  #serviceIndex(): ServiceIndex {
    this.#services ??= new ServiceIndex(this.#cluster);
    return this.#services;
  }
}

function indexPods(pods: PodList): Map<string, Pod[]> {
  const byAddress = new Map<string, Pod[]>();
  for (const pod of pods) for (const ip of pod.ips) add(byAddress, ip, pod);
  for (const list of byAddress.values()) if (list.length > 1) list.sort(byRank);
  return byAddress;
}

function byRank(a: Pod, b: Pod): number {
  return rank(a) - rank(b) || byName(a, b);
}

/** Lower comes first. */
function rank(pod: Pod): number {
  const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed';
  const progress = pod.phase === 'Running' && !pod.terminating ? 0 : hasEnded ? 2 : 1;
  return (pod.hostNetwork ? 10 : 0) + progress;
}

function indexEndpoints(endpoints: EndpointList): Map<string, Endpoint[]> {
  const byAddress = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) add(byAddress, endpoint.address, endpoint);
  return byAddress;
}

function indexByService(endpoints: EndpointList): ReadonlyMap<string, readonly Endpoint[]> {
  const groups = new ByService<Endpoint[]>(() => []);
  for (const endpoint of endpoints) groups.of(endpoint).push(endpoint);
  return groups.byName;
}

function indexNodes(nodes: readonly Node[]): Map<string, Node> {
  const byAddress = new Map<string, Node>();
  for (const node of nodes) {
    for (const { address } of node.addresses) if (!byAddress.has(address)) byAddress.set(address, node);
  }
  return byAddress;
}
