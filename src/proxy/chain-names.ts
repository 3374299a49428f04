import type { Cluster, Endpoint, Service } from '../kubernetes/objects.ts';
import { bookOf } from './addresses.ts';
import { type ChainName, splitChainName } from './chain-name.ts';
import type { ChainPrefix } from './chains.ts';
import { chainHash, endpointText, hashedTexts, type ServicePortName } from './hash.ts';

/** Where to look first: the Service a rule's comment names. A wrong hint costs time and nothing else. */
export interface ServiceHint {
  readonly namespace: string;
  readonly name: string;
}

/** Finds what chains stand for, by hashing forward from the API's objects. */
export interface ChainNames {
  /**
   * @param hint lets one Service be hashed instead of all of them, which matters when a single packet is traced.
   * @param endpoint for `KUBE-SEP-…`, the address and port of its DNAT rule (`10.0.0.1:80`, `[fd00::1]:80`): finds the
   * Service of an endpoint that the API no longer has; `endpoint` of the answer is then null. It also saves hashing all.
   * @returns what the chain stands for, or null where it is no Service's.
   */
  lookup(chainName: string, hint?: ServiceHint | null, endpoint?: string | null): ChainName | null;
}

type KnownPort = ChainName['service'];

/** @returns the names of one cluster. Nothing is hashed before it is asked for. */
export function nameChains(cluster: Cluster): ChainNames {
  return new HashedNames(cluster);
}

class HashedNames implements ChainNames {
  readonly #cluster: Cluster;
  /** By `namespace/name`, each when it is first asked for. */
  readonly #ports = new Map<string, readonly KnownPort[]>();
  #all: readonly KnownPort[] | null = null;
  #services: ReadonlyMap<string, readonly Service[]> | null = null;
  #portsByHash: ReadonlyMap<string, KnownPort> | null = null;
  #endpointsByHash: ReadonlyMap<string, ChainName> | null = null;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  lookup(
    chainName: string,
    hint: ServiceHint | null = null,
    endpoint: string | null = null,
  ): ChainName | null {
    // Without objects of the API there is nothing to hash, for 100,000 chains.
    const parts = this.#knowsNone() ? null : splitChainName(chainName);
    if (parts === null) return null;
    const { prefix, hash } = parts;
    if (hint !== null) {
      const near = this.#portsOf(hint.namespace, hint.name);
      const found = this.#search(prefix, hash, near, endpoint);
      if (found !== null) return found;
    }
    if (prefix === 'SEP') {
      return (
        this.#searchPlace(hash, endpoint) ??
        this.#hashEndpoints().get(hash) ??
        this.#searchGone(hash, this.#allPorts(), endpoint)
      );
    }
    const service = this.#hashPorts().get(hash);
    return service === undefined ? null : { prefix, service, endpoint: null };
  }

  #search(
    prefix: ChainPrefix,
    hash: string,
    ports: readonly KnownPort[],
    endpoint: string | null,
  ): ChainName | null {
    for (const service of ports) {
      if (prefix === 'SEP') {
        const endpoints = bookOf(this.#cluster).endpointsOf(service.namespace, service.name);
        for (const [found, name] of this.#hashes(service, endpoints)) if (found === hash) return name;
      } else if (hashedTexts(service).some((text) => chainHash(text) === hash)) {
        return { prefix, service, endpoint: null };
      }
    }
    return prefix === 'SEP' ? this.#searchGone(hash, ports, endpoint) : null;
  }

  /** Hashes the few endpoints with this address and port, where they are known, instead of 100,000. */
  #searchPlace(hash: string, place: string | null): ChainName | null {
    if (place === null || this.#endpointsByHash !== null) return null;
    for (const endpoint of bookOf(this.#cluster).endpointsAtPlace(place)) {
      for (const service of this.#portsOf(endpoint.namespace, endpoint.service)) {
        for (const [found, name] of this.#hashes(service, [endpoint])) if (found === hash) return name;
      }
    }
    return null;
  }

  #searchGone(hash: string, ports: readonly KnownPort[], endpoint: string | null): ChainName | null {
    if (endpoint === null) return null;
    const isHash = (text: string) => chainHash(text + endpoint) === hash;
    const service = ports.find((port) => hashedTexts(port).some(isHash));
    return service === undefined ? null : { prefix: 'SEP', service, endpoint: null };
  }

  *#hashes(service: KnownPort, endpoints: readonly Endpoint[]): Iterable<readonly [string, ChainName]> {
    for (const endpoint of endpoints) {
      if (endpoint.portName !== service.port) continue;
      if (endpoint.protocol.toUpperCase() !== service.protocol.toUpperCase()) continue;
      const place = placeOf(endpoint);
      for (const text of hashedTexts(service)) {
        yield [chainHash(text + place), { prefix: 'SEP', service, endpoint }];
      }
    }
  }

  #hashPorts(): ReadonlyMap<string, KnownPort> {
    if (this.#portsByHash !== null) return this.#portsByHash;
    const ports = new Map<string, KnownPort>();
    for (const port of this.#allPorts()) {
      for (const text of hashedTexts(port)) ports.set(chainHash(text), port);
    }
    this.#portsByHash = ports;
    return ports;
  }

  #hashEndpoints(): ReadonlyMap<string, ChainName> {
    if (this.#endpointsByHash !== null) return this.#endpointsByHash;
    const endpoints = new Map<string, ChainName>();
    for (const port of this.#allPorts()) {
      const known = bookOf(this.#cluster).endpointsOf(port.namespace, port.name);
      for (const [hash, name] of this.#hashes(port, known)) endpoints.set(hash, name);
    }
    this.#endpointsByHash = endpoints;
    return endpoints;
  }

  #knowsNone(): boolean {
    const { services, endpoints } = this.#cluster;
    return (
      (services ?? []).length === 0 && (endpoints === null || (!endpoints.late && endpoints.length === 0))
    );
  }

  /** The ports of all Services, and of Services that only their endpoints tell of. */
  #allPorts(): readonly KnownPort[] {
    if (this.#all !== null) return this.#all;
    const names = new Map<string, readonly [string, string]>();
    const { services, endpoints } = this.#cluster;
    for (const { namespace, name } of services ?? []) names.set(`${namespace}/${name}`, [namespace, name]);
    for (const { namespace, service } of endpoints ?? [])
      names.set(`${namespace}/${service}`, [namespace, service]);
    this.#all = [...names.values()].flatMap(([namespace, name]) => this.#portsOf(namespace, name));
    return this.#all;
  }

  /** Those of one Service. */
  #portsOf(namespace: string, name: string): readonly KnownPort[] {
    const { services } = this.#cluster;
    const key = `${namespace}/${name}`;
    const known = this.#ports.get(key);
    if (known !== undefined) return known;
    this.#services ??= groupBy(services ?? [], (each) => `${each.namespace}/${each.name}`);
    const ports = portsOf(this.#services.get(key) ?? [], bookOf(this.#cluster).endpointsOf(namespace, name));
    this.#ports.set(key, ports);
    return ports;
  }
}

function placeOf({ address, port }: Endpoint): string {
  return endpointText(address, port);
}

/** @returns the ports that a Service has, or that its endpoints alone tell of. */
function portsOf(services: readonly Service[], endpoints: readonly Endpoint[]): KnownPort[] {
  const ports = new Map<string, KnownPort>();
  const add = (name: ServicePortName, portNumber: number | null): void => {
    const key = `${name.port}/${name.protocol.toUpperCase()}`;
    if (!ports.has(key)) ports.set(key, { portNumber, ...name });
  };
  for (const { namespace, name, ports: own } of services)
    for (const port of own) add({ namespace, name, port: port.name, protocol: port.protocol }, port.port);
  // Of each address there is one for each port.
  for (const { namespace, service, portName, protocol } of endpoints)
    add({ namespace, name: service, port: portName, protocol }, null);
  return [...ports.values()];
}

function groupBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
