import type { Cluster, Service } from '../../kubernetes/objects.ts';
import { parseAddress } from '../../net/address.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { type AddressBook, bookOf } from '../../proxy/addresses.ts';

/** A Service port by name; `port` is the empty string where the port has none. */
export interface PortName {
  readonly namespace: string;
  readonly service: string;
  readonly port: string;
}

/** A Service port of the API. */
export interface ApiPort {
  readonly name: PortName;
  /** In lower case. */
  readonly protocol: string;
  /** Null where only endpoints of the Service are known. */
  readonly service: Service | null;
}

/** Finds Service ports of the API by the addresses and ports that rules name, all as text. */
export class SocketIndex {
  readonly #book: AddressBook;

  constructor(cluster: Cluster) {
    this.#book = bookOf(cluster);
  }

  /**
   * @param address null for a node port
   * @param protocol by name or number
   * @returns the Service port, or null. Where several claim one address, the one whose cluster IP it is, else the first by name.
   */
  at(address: string | null, port: number, protocol: string): ApiPort | null {
    const number = parseProtocol(protocol);
    if (number === null) return null;
    const parsed = address === null ? null : parseAddress(address);
    if (address !== null && parsed === null) return null;
    const found =
      parsed === null
        ? this.#book.serviceAtNodePort(number, port)
        : this.#book.serviceAt(number, parsed, port);
    if (found === null) return null;
    const { service, port: own } = found;
    const name = { namespace: service.namespace, service: service.name, port: own.name };
    return { name, protocol: own.protocol.toLowerCase(), service };
  }
}
