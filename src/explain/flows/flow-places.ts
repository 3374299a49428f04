import { isLocalAddress } from '../../host/local-addresses.ts';
import type { Endpoint, Pod, Service, ServicePort } from '../../kubernetes/objects.ts';
import { endpointsSeen } from '../../kubernetes/passed-over.ts';
import { type Address, formatAddress, parseAddress } from '../../net/address.ts';
import { formatProtocol, parseProtocol } from '../../net/protocol.ts';
import { serviceAddresses } from '../../proxy/service-index.ts';
import type { ServiceRef } from '../explanation.ts';
import type { FlowVia } from '../flow-list.ts';
import type { Known } from '../question/question.ts';
import { thisNodeName } from '../question/this-node.ts';
import type { ServiceItem } from '../service-list.ts';
import type { ProgrammedPort, RuleServices } from './rule-services.ts';

/** What a flow's client asked for, as far as API and rules know it. */
export interface FlowPlace {
  /** IP protocol number. */
  readonly protocol: number;
  readonly address: Address;
  readonly port: number | null;
  readonly service: ServiceRef | null;
  readonly via: FlowVia | null;
  /** The API's Service and port; null where the API does not know it. */
  readonly api: { readonly service: Service; readonly port: ServicePort } | null;
  /** What the rules program here, one for each backend. */
  readonly programmed: readonly ProgrammedPort[];
  /** The API's endpoints of the Service port; null where they were not captured. */
  readonly endpoints: readonly Endpoint[] | null;
  /** Pods of this node that ask for this host port. */
  readonly hostPods: readonly Pod[];
  /** The address is one of the node's; null: not known. */
  readonly local: boolean | null;
  /** A Service has the address, but not the port. */
  readonly portless: Service | null;
}

/** Finds out what addresses and ports stand for. Each is looked up once. */
export class FlowPlaces {
  readonly #known: Known;
  readonly #services: RuleServices;
  readonly #places = new Map<string, FlowPlace>();
  readonly #node: string | null;
  #owners: ReadonlyMap<string, Service> | null = null;
  #endpoints: ReadonlyMap<string, readonly Endpoint[]> | null = null;
  #namespaces: ReadonlySet<string> = new Set();
  #hostPods: readonly Pod[] | null = null;
  #ruleAddresses: ReadonlySet<string> | null = null;

  constructor(known: Known, services: RuleServices) {
    this.#known = known;
    this.#services = services;
    this.#node = thisNodeName(known);
  }

  /** @returns what is at this address and port. */
  at(protocol: number, address: Address, port: number | null): FlowPlace {
    const key = `${protocol} ${formatAddress(address)} ${port}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#look(protocol, address, port);
    this.#places.set(key, place);
    return place;
  }

  /** @returns true where a Service, a node port or a host port may be at this address: looking closer may be worth it. */
  mayBe(address: Address): boolean {
    if (this.isLocal(address) !== false || this.#ownerOf(address) !== null) return true;
    this.#ruleAddresses ??= this.#services.addresses();
    return this.#ruleAddresses.has(formatAddress(address)) || this.#known.book.nodeAt(address) !== null;
  }

  /** @returns true where the node itself has the address; null where nothing tells. */
  isLocal(address: Address): boolean | null {
    const told = isLocalAddress(this.#known.host, address);
    if (told !== null) return told;
    const owner = this.#known.book.nodeAt(address);
    return owner === null || this.#node === null ? null : owner.name === this.#node;
  }

  #look(protocol: number, address: Address, port: number | null): FlowPlace {
    const local = this.isLocal(address);
    const none: FlowPlace = {
      protocol,
      address,
      port,
      service: null,
      via: null,
      api: null,
      programmed: [],
      endpoints: null,
      hostPods: [],
      local,
      portless: null,
    };
    if (port === null) return none;
    const programmed = this.#services.at(
      address.family,
      formatProtocol(protocol),
      formatAddress(address),
      port,
    );
    const match = this.#known.book.serviceAt(protocol, address, port);
    if (match !== null) return { ...none, ...this.#ofApi(match.service, match.port, match.via, programmed) };
    const owner = this.#ownerOf(address);
    if (owner !== null && local !== true && programmed.length === 0) return { ...none, portless: owner };
    // Another node's node port is translated there; what this node sees of it still is the Service's.
    const isNode = local !== false || this.#known.book.nodeAt(address) !== null;
    const nodePort = isNode ? this.#nodePort(protocol, address, port) : null;
    if (nodePort !== null) return { ...none, ...nodePort };
    const [first] = programmed;
    if (first !== undefined) {
      const via = viaIn(first.item, formatAddress(address));
      return { ...none, ...this.#ofRules(first.item, via, programmed) };
    }
    const hostPods = local === false ? [] : this.#podsWithHostPort(protocol, address, port);
    if (hostPods.length > 0) return { ...none, via: 'hostPort', hostPods };
    return owner === null ? none : { ...none, portless: owner };
  }

  #nodePort(protocol: number, address: Address, port: number) {
    const programmed = this.#services.at(address.family, formatProtocol(protocol), null, port);
    const match = this.#known.book.serviceAtNodePort(protocol, port);
    if (match !== null && servesFamily(match.service, address))
      return this.#ofApi(match.service, match.port, 'nodePort', programmed);
    const [first] = programmed;
    return first === undefined ? null : this.#ofRules(first.item, 'nodePort', programmed);
  }

  #ofApi(service: Service, port: ServicePort, via: ServiceRef['via'], programmed: readonly ProgrammedPort[]) {
    const { namespace, name } = service;
    const ref: ServiceRef = { namespace, name, port: port.name, via, namedBy: 'api' };
    return {
      service: ref,
      via,
      api: { service, port },
      programmed,
      endpoints: this.#endpointsOf(service, port, programmed),
    };
  }

  #ofRules(item: ServiceItem, via: ServiceRef['via'], programmed: readonly ProgrammedPort[]) {
    const { namespace, name, port, namedBy } = item;
    const ref: ServiceRef | null =
      namespace === null || name === null || namedBy === 'none'
        ? null
        : { namespace, name, port: port ?? '', via, namedBy };
    return { service: ref, via, api: null, programmed, endpoints: null };
  }

  /** Null too where a capture of single namespaces holds none of this one, though the rules know endpoints. */
  #endpointsOf(service: Service, port: ServicePort, programmed: readonly ProgrammedPort[]) {
    const all = this.#known.cluster.endpoints;
    if (all === null) return null;
    if (this.#endpoints === null) {
      const byPort = new Map<string, Endpoint[]>();
      for (const endpoint of all) {
        const key = endpointKey(endpoint.namespace, endpoint.service, endpoint.portName, endpoint.protocol);
        const list = byPort.get(key);
        if (list === undefined) byPort.set(key, [endpoint]);
        else list.push(endpoint);
      }
      this.#endpoints = byPort;
      this.#namespaces = new Set(all.map(({ namespace }) => namespace));
    }
    const found = this.#endpoints.get(endpointKey(service.namespace, service.name, port.name, port.protocol));
    if (found !== undefined) return endpointsSeen(service, found);
    const inRules = programmed.some(({ item }) => item.endpoints.length > 0);
    return inRules && !this.#namespaces.has(service.namespace) ? null : [];
  }

  #ownerOf(address: Address): Service | null {
    if (this.#owners === null) {
      const owners = new Map<string, Service>();
      for (const service of this.#known.cluster.services ?? []) {
        for (const own of serviceAddresses(service)) {
          const text = formatAddress(own.address);
          if (!owners.has(text)) owners.set(text, service);
        }
      }
      this.#owners = owners;
    }
    return this.#owners.get(formatAddress(address)) ?? null;
  }

  #podsWithHostPort(protocol: number, address: Address, port: number): readonly Pod[] {
    this.#hostPods ??= this.#known.book
      .podsOn(this.#node)
      .filter(({ hostNetwork, hostPorts }) => !hostNetwork && hostPorts.length > 0);
    return this.#hostPods.filter((pod) =>
      pod.hostPorts.some(
        (one) =>
          one.hostPort === port && parseProtocol(one.protocol) === protocol && isHostIp(one.hostIP, address),
      ),
    );
  }
}

function isHostIp(hostIP: string | null, address: Address): boolean {
  const own = hostIP === null || hostIP === '' ? null : parseAddress(hostIP);
  return own === null || own.value === 0n || formatAddress(own) === formatAddress(address);
}

/** The API gives a node port out once for both families; a Service without an address of the family has none of it there. */
function servesFamily(service: Service, address: Address): boolean {
  const own = service.clusterIPs.flatMap((text) => parseAddress(text) ?? []);
  return own.length === 0 || own.some(({ family }) => family === address.family);
}

function viaIn(item: ServiceItem, address: string): ServiceRef['via'] {
  if (item.externalIPs.some((one) => one.address === address)) return 'externalIP';
  return item.loadBalancerIPs.some((one) => one.address === address) ? 'loadBalancerIP' : 'clusterIP';
}

function endpointKey(namespace: string, service: string, port: string, protocol: string): string {
  return `${namespace}/${service}/${port}/${protocol.toUpperCase()}`;
}
