import type { Address } from '../../net/address.ts';
import type { FlowPlace } from './flow-places.ts';

/** A client with session affinity whose live flows go to several endpoints. */
export interface BrokenAffinity {
  readonly place: FlowPlace;
  /** Number of the client's address. */
  readonly client: number;
  readonly endpoints: ReadonlyMap<number, Address>;
}

/** Where a flow goes that a rule sent there. */
export interface Answering {
  readonly place: FlowPlace;
  readonly to: Address;
  /** Tells answering places apart, whichever destination was asked for. */
  readonly spot: number;
}

/** What is kept of a Service port's clients, by the number of the address: the one endpoint that serves it, or all. */
type ClientEndpoints = Map<number, Answering | Map<number, Address>>;

/** So many clients are followed; a node open to the world may have any number. */
const MOST_CLIENTS = 100_000;

/** Sees whether Service ports with session affinity keep each client with one endpoint. */
export class AffinityTally {
  readonly #services = new Map<string, ClientEndpoints>();
  readonly #places = new Map<string, FlowPlace>();
  /** By place, what is kept of its Service; null without affinity. */
  readonly #known = new Map<FlowPlace, ClientEndpoints | null>();
  #clients = 0;

  add(client: number, answering: Answering): void {
    const { place, spot, to } = answering;
    let clients = this.#known.get(place);
    if (clients === undefined) {
      clients = this.#clientsOf(place);
      this.#known.set(place, clients);
    }
    if (clients === null) return;
    const known = clients.get(client);
    if (known === undefined) {
      if (this.#clients++ < MOST_CLIENTS) clients.set(client, answering);
    } else if (known instanceof Map) {
      known.set(spot, to);
    } else if (known.spot !== spot) {
      const both: [number, Address][] = [
        [known.spot, known.to],
        [spot, to],
      ];
      clients.set(client, new Map(both));
    }
  }

  #clientsOf(place: FlowPlace): ClientEndpoints | null {
    if (place.service === null || affinityOf(place) === null) return null;
    const { namespace, name, port } = place.service;
    // kube-proxy keeps a list for each Service port and family, whichever address is asked for.
    const service = `${namespace}/${name}:${port} ${place.protocol} ${place.address.family}`;
    let clients = this.#services.get(service);
    if (clients === undefined) {
      clients = new Map();
      this.#services.set(service, clients);
      this.#places.set(service, place);
    }
    return clients;
  }

  /** Clients that several endpoints serve at once. */
  *broken(): Iterable<BrokenAffinity> {
    for (const [service, clients] of this.#services) {
      const place = this.#places.get(service);
      if (place === undefined) continue;
      for (const [client, endpoints] of clients) {
        if (endpoints instanceof Map) yield { place, client, endpoints };
      }
    }
  }
}

/** @returns for how many seconds a client stays with its endpoint, by the rules or the API; null without affinity. */
export function affinityOf({ api, programmed }: FlowPlace): number | null {
  for (const { item } of programmed) if (item.affinitySeconds !== null) return item.affinitySeconds;
  if (api?.service.sessionAffinity !== 'ClientIP') return null;
  return api.service.affinitySeconds ?? 10_800;
}
