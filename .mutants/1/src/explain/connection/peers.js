import { tracedNode } from './traced-node.js';
/** One node by itself. */
export const NO_PEERS = { ownerOf: () => null, knownOf: () => 'not-captured' };
/** The nodes that one connection may pass. A node is read when a packet first comes to it. */
export class NodesOnTheWay {
    #nodes = new Map();
    #own;
    #peers;
    #withFlows;
    /** @param own the node that the first packet is traced through */
    constructor(own, peers, withFlows) {
        this.#own = own;
        this.#peers = peers;
        this.#withFlows = withFlows;
    }
    ownerOf(address) {
        return this.#peers.ownerOf(address);
    }
    viewOf(name) {
        const node = this.#nodeNamed(name);
        return typeof node === 'string' ? node : node.view;
    }
    /** @returns the node that a view is of. */
    nodeOf(view) {
        return [...this.#nodes.values()].find((node) => node.view === view) ?? this.#own;
    }
    #nodeNamed(name) {
        if (name === this.#own.view.name)
            return this.#own;
        const found = this.#nodes.get(name);
        if (found !== undefined)
            return found;
        const known = this.#peers.knownOf(name);
        if (typeof known === 'string')
            return known;
        const node = tracedNode(known, this.#withFlows);
        this.#nodes.set(name, node);
        return node;
    }
}
