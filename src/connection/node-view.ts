import type { Host } from '../host/facts.ts';
import type { Sockets } from '../host/parse-sockets.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import type { Address, Family } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import type { AddressBook } from '../proxy/addresses.ts';
import type { World } from '../trace/world.ts';
import type { Holder } from './pod-routes.ts';

/** One captured node, as far as connections ask about it. */
export interface NodeView {
  /** Null where the capture does not tell. */
  readonly name: string | null;
  readonly host: Host;
  readonly cluster: Cluster;
  readonly book: AddressBook;
  /** Sockets that listen in the node's own network; null where `ss -ltnu` was not captured. */
  readonly sockets: Sockets | null;
  /** What packets of a family are traced through. */
  world(family: Family): World;
  /** The pods' networks of the cluster, as far as they are known. */
  podNetworks(family: Family): readonly Prefix[];
}

/** The other nodes of the cluster. */
export interface Neighbours {
  /** @returns the node one of whose interfaces has this address, by the captures of all; null where none is known to. */
  ownerOf(address: Address): string | null;
  /** @returns the node that has a pod's address behind a device of its own, by the routes of all captures; null where none has. */
  holderOf(address: Address): Holder | null;
  /** @returns a node to trace through; `not-read` where a capture of it is there, but more nodes than are read for one answer. */
  viewOf(name: string): NodeView | 'not-captured' | 'not-read';
}

/** A node of which no neighbour was captured. */
export const NO_NEIGHBOURS: Neighbours = {
  ownerOf: () => null,
  holderOf: () => null,
  viewOf: () => 'not-captured',
};
