import type { Neighbours, NodeView } from '../../connection/node-view.ts';
import { type Holder, PodRoutes } from '../../connection/pod-routes.ts';
import type { Address } from '../../net/address.ts';
import type { Known } from '../question/question.ts';
import { type TracedNode, tracedNode } from './traced-node.ts';

/** The other nodes of the cluster, as far as they were captured. */
export interface Peers {
  /** @returns the node one of whose interfaces has this address; null where none is known to. */
  ownerOf(address: Address): string | null;
  /** @returns the node that has a pod's address behind a device of its own; null where none has. */
  holderOf(address: Address): Holder | null;
  /** @returns what is known of a node by its name. `not-read`: it was captured, and is not read for this answer. */
  knownOf(name: string): Known | 'not-captured' | 'not-read';
}

/** One node by itself. */
export const NO_PEERS: Peers = {
  ownerOf: () => null,
  holderOf: () => null,
  knownOf: () => 'not-captured',
};

/** The nodes that one connection may pass. A node is read when a packet first comes to it. */
export class NodesOnTheWay implements Neighbours {
  readonly #nodes = new Map<string, TracedNode>();
  readonly #own: TracedNode;
  readonly #peers: Peers;
  readonly #withFlows: boolean;
  readonly #ownPods: PodRoutes;

  /** @param own the node that the first packet is traced through */
  constructor(own: TracedNode, peers: Peers, withFlows: boolean) {
    this.#own = own;
    this.#peers = peers;
    this.#withFlows = withFlows;
    const { name, host } = own.view;
    this.#ownPods = new PodRoutes(name === null ? [] : [{ name, host }]);
  }

  /** Whether other nodes of the cluster were captured. */
  get hasPeers(): boolean {
    return this.#peers !== NO_PEERS;
  }

  ownerOf(address: Address): string | null {
    return this.#peers.ownerOf(address);
  }

  holderOf(address: Address): Holder | null {
    return this.#peers.holderOf(address) ?? this.#ownPods.holderOf(address);
  }

  viewOf(name: string): NodeView | 'not-captured' | 'not-read' {
    const node = this.#nodeNamed(name);
    return typeof node === 'string' ? node : node.view;
  }

  /** @returns the node that a view is of. */
  nodeOf(view: NodeView): TracedNode {
    return [...this.#nodes.values()].find((node) => node.view === view) ?? this.#own;
  }

  #nodeNamed(name: string): TracedNode | 'not-captured' | 'not-read' {
    if (name === this.#own.view.name) return this.#own;
    const found = this.#nodes.get(name);
    if (found !== undefined) return found;
    const known = this.#peers.knownOf(name);
    if (typeof known === 'string') return known;
    const node = tracedNode(known, this.#withFlows);
    this.#nodes.set(name, node);
    return node;
  }
}
