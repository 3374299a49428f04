import type { EndpointRef } from '../explanation.ts';
import type { RefusalRule } from './refusal-rules.ts';
import type { ApiPort, PortName } from './socket-index.ts';

/**
 * Everything that names parts of kube-proxy's rules: API objects by hash and by address, comments as a fallback. A `comment`
 * that may be given beside a chain is that of a rule which jumps there: it only saves work, since one Service is then hashed
 * instead of all.
 */
export interface ServiceNaming {
  /**
   * @param socket for a SEP chain, the endpoint: names the Service of an endpoint that the API no longer has. This costs a
   *   hash for every Service port.
   * @returns the API's Service port whose hash the chain carries; null for none
   */
  byChain(chain: string, comment?: string | null, socket?: Socket | null): ApiPort | null;
  /** @returns the API's Service port with this address (null for a node port), port and protocol (lower case). */
  bySocket(address: string | null, port: number, protocol: string): ApiPort | null;
  /** @returns the API's Service port of this name; null where the API does not have it. @param protocol in lower case */
  byName(namespace: string, service: string, port: string, protocol: string): ApiPort | null;
  /** @returns the Service port that a comment of kube-proxy speaks of; null for other comments. */
  nameIn(comment: string): PortName | null;
  /** @returns the hashes that chains of this port may end in: today's, and that of releases before 1.20. */
  suffixesOf(name: PortName, protocol: string): readonly string[];
  /** @returns true where the chain carries the hash of this port; for SEP chains, with the endpoint at `socket`. */
  confirms(chain: string, name: PortName, socket: Socket | null): boolean;
  /** @returns the hash of the Service port that a refusal speaks of: by API address, else by comment; null where neither tells. */
  suffixOfRefusal(refusal: RefusalRule): string | null;
  /** @returns the endpoint whose hash a SEP chain carries, among the API's and the one that the comment names. */
  recoverEndpoint(chain: string, comment: string | null): Socket | null;
  /**
   * @param socket where a SEP chain sends packets
   * @returns the other endpoint whose hash the chain carries; null where it carries that of `socket`, or nobody knows
   */
  otherEndpointInName(chain: string, socket: Socket, comment: string | null): Socket | null;
  /** @returns who answers at an address, for the endpoint of this SEP chain; null where the API does not know it. */
  endpointAt(
    chain: string,
    address: string,
    port: number | null,
    comment?: string | null,
  ): EndpointRef | null;
  /** @returns `namespace/service:port` for a chain, by hash, else by a comment that the hash confirms; null for none. */
  labelOf(chain: string, comment: string | null): string | null;
}

/** Where an endpoint listens. */
export interface Socket {
  readonly address: string;
  readonly port: number | null;
}
