import type { Cluster, Endpoint } from '../../kubernetes/objects.ts';
import { type Address, parseAddress, sameAddress } from '../../net/address.ts';
import { type AddressBook, bookOf } from '../../proxy/addresses.ts';
import type { EndpointRef } from '../explanation.ts';

/** Tells who answers at the addresses that DNAT rules name. */
export class EndpointIndex {
  readonly #book: AddressBook;
  readonly #node: string | null;

  /** @param node the node whose rules are read; null where it is not known */
  constructor(cluster: Cluster, node: string | null) {
    this.#book = bookOf(cluster);
    this.#node = node;
  }

  /**
   * @param own the API's endpoint whose hash the rule's chain carries, if there is one
   * @returns that endpoint where it has the address and port; else the pod at the address, about which the Service's endpoints say
   *   nothing (ready, serving and terminating are null); null where nobody is known to be there
   */
  at(own: Endpoint | null, address: string, port: number | null): EndpointRef | null {
    const parsed = parseAddress(address);
    if (parsed === null) return null;
    if (own !== null && isAt(own, parsed) && (port === null || own.port === port)) return this.#refOf(own);
    const pod = this.#book.podAt(parsed);
    const other = port === null ? null : (this.#book.endpointsAt(parsed, port)[0] ?? null);
    const name = pod ?? other?.pod ?? null;
    const node = pod?.node ?? other?.node ?? null;
    if (name === null && node === null) return null;
    return {
      namespace: name?.namespace ?? null,
      pod: name?.name ?? null,
      node,
      thisNode: this.#isHere(node),
      ready: null,
      serving: null,
      terminating: null,
      zone: other?.zone ?? null,
    };
  }

  #refOf({ pod, node, ready, serving, terminating, zone }: Endpoint): EndpointRef {
    return {
      namespace: pod?.namespace ?? null,
      pod: pod?.name ?? null,
      node,
      thisNode: this.#isHere(node),
      ready,
      serving,
      terminating,
      zone,
    };
  }

  #isHere(node: string | null): boolean | null {
    return node === null || this.#node === null ? null : node === this.#node;
  }
}

function isAt(endpoint: Endpoint, address: Address): boolean {
  const own = parseAddress(endpoint.address);
  return own !== null && sameAddress(own, address);
}
