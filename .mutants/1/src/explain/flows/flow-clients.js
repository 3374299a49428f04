import { formatAddress } from '../../net/address.js';
import { prefixContains } from '../../net/prefix.js';
import { podNetworks, thisNodeName } from '../question/this-node.js';
/** Tells who begins flows. Each address is looked up once. */
export class FlowClients {
    #known;
    #isLocal;
    #node;
    #clients = new Map();
    #networks = new Map();
    constructor(known, isLocal) {
        this.#known = known;
        this.#isLocal = isLocal;
        this.#node = thisNodeName(known);
    }
    /** @returns who has the address. */
    at(address) {
        const text = formatAddress(address);
        const known = this.#clients.get(text);
        if (known !== undefined)
            return known;
        const found = this.#look(address, text);
        if (this.#clients.size < MOST_KEPT)
            this.#clients.set(text, found);
        return found;
    }
    /** @returns true where the address is of the pods' network, or of a pod. */
    isPods(address) {
        const pod = this.#known.book.podAt(address);
        if (pod !== null && !pod.hostNetwork)
            return true;
        return this.#isLocal(address) !== true && this.#inPodNetwork(address);
    }
    #look(address, text) {
        const nobody = { address: text, namespace: null, pod: null, node: null, thisNode: null };
        const { book, cluster } = this.#known;
        const pod = book.podAt(address);
        if (pod !== null && !pod.hostNetwork) {
            const thisNode = this.#isThis(pod.node);
            return { ...nobody, kind: 'pod', namespace: pod.namespace, pod: pod.name, node: pod.node, thisNode };
        }
        if (this.#isLocal(address) === true)
            return { ...nobody, kind: 'node', node: this.#node, thisNode: true };
        const node = book.nodeAt(address);
        if (node !== null)
            return { ...nobody, kind: 'node', node: node.name, thisNode: this.#isThis(node.name) };
        if (this.#inPodNetwork(address))
            return { ...nobody, kind: 'pod' };
        const told = cluster.pods !== null || cluster.nodes !== null;
        return { ...nobody, kind: told ? 'outside' : 'unknown' };
    }
    #inPodNetwork(address) {
        return this.#networksOf(address.family).some((network) => prefixContains(network, address));
    }
    /** Looked for when they are first asked for: that takes a look at every chain. */
    #networksOf(family) {
        const found = this.#networks.get(family) ?? podNetworks(this.#known, family);
        this.#networks.set(family, found);
        return found;
    }
    #isThis(node) {
        return node === null || this.#node === null ? null : node === this.#node;
    }
}
/** A node open to the world meets any number of clients. */
const MOST_KEPT = 50_000;
