import { InputError } from '../../capture/input-error.js';
import { formatAddress, parseAddress, sameAddress } from '../../net/address.js';
import { knownOf } from '../known.js';
import { addressesIn } from './captured-nodes.js';
/** Of more nodes than this the captures are not read for one answer. */
const MOST_READ = 16;
/** Captures that were taken further apart than this may show two states of the cluster. */
const APART_MINUTES = 15;
/** The captured nodes of one cluster, each read when it is first needed. */
export class CapturedPeers {
    #nodes;
    #load;
    #read = new Map();
    #wanted = new Set();
    #owners = null;
    constructor(nodes, load) {
        this.#nodes = new Map(nodes.map((node) => [node.name, node]));
        this.#load = load;
    }
    /**
     * Reads the first of the nodes, whose API objects serve for all.
     * Throws InputError where another is of no node of its cluster.
     */
    static async open(nodes, load) {
        const peers = new CapturedPeers(nodes, load);
        const [first] = nodes;
        if (first !== undefined)
            await peers.read(first.name);
        peers.#requireOneCluster();
        return peers;
    }
    /** The node that was named first. */
    get first() {
        const [first] = this.#read.values();
        if (first === undefined)
            throw new Error('no node of the cluster was read');
        return first;
    }
    /** @returns the capture of a node that was read, and where it lies. */
    sourceOf(known) {
        for (const [name, read] of this.#read)
            if (read.known === known)
                return { capture: read.capture, folder: this.#nodes.get(name)?.folder ?? null };
        return { capture: this.first.capture, folder: null };
    }
    /** @returns a node's state, read now if it was not before; null where it was not captured. */
    async read(name) {
        const before = this.#read.get(name);
        if (before !== undefined)
            return before.known;
        const node = this.#nodes.get(name);
        if (node === undefined)
            return null;
        const capture = await this.#load({ files: [node.folder], demo: false });
        const [first] = this.#read.values();
        const known = first !== undefined && (first.known.cluster.nodes !== null || first.known.cluster.pods !== null)
            ? knownOf(capture, first.known.cluster, first.known.book)
            : knownOf(capture, await capture.cluster());
        this.#read.set(name, { known, capture });
        return known;
    }
    ownerOf(address) {
        this.#owners ??= ownersIn([...this.#nodes.values()]);
        return this.#owners.get(formatAddress(address)) ?? null;
    }
    knownOf(name) {
        const read = this.#read.get(name);
        if (read !== undefined)
            return read.known;
        if (!this.#nodes.has(name))
            return 'not-captured';
        this.#wanted.add(name);
        return 'not-read';
    }
    /**
     * Answers, and where that needs nodes that were not read yet, reads them and answers again.
     * @returns the answer with all nodes that it needs, or the most that are read
     */
    async answering(answer) {
        for (;;) {
            this.#wanted.clear();
            const found = answer();
            const wanted = [...this.#wanted].slice(0, MOST_READ - this.#read.size);
            if (wanted.length === 0)
                return found;
            for (const name of wanted)
                await this.read(name);
        }
    }
    /** @returns what the nodes that were read did not let us understand. */
    problems() {
        return [...this.#read.values()].flatMap(({ capture }) => capture.problems.list());
    }
    /** @returns a note where the captures that were read are of different times. */
    notes() {
        const times = [...this.#read.keys()].flatMap((name) => {
            const at = Date.parse(this.#nodes.get(name)?.takenAt ?? '');
            return Number.isNaN(at) ? [] : [{ name, at }];
        });
        const sorted = times.sort((a, b) => a.at - b.at);
        const [earliest, latest] = [sorted[0], sorted.at(-1)];
        if (earliest === undefined || latest === undefined)
            return [];
        const minutes = Math.round((latest.at - earliest.at) / 60_000);
        if (minutes <= APART_MINUTES)
            return [];
        const text = `the captures are taken to show one state of the cluster, though that of ${latest.name} is ${minutes} minutes younger than that of ${earliest.name}`;
        return [{ code: 'captures-apart', text, settle: 'capture the nodes at one time' }];
    }
    #requireOneCluster() {
        const known = this.first.known.cluster.nodes ?? [];
        if (known.length === 0)
            return;
        const { node, origin } = this.first.capture.info;
        const of = `the cluster of ${node ?? origin} (${origin})`;
        const captured = [...this.#nodes.values()];
        const missing = captured.find(({ name }) => !known.some((each) => each.name === name));
        const other = missing ?? captured.find((each) => isElsewhere(each, known));
        if (other === undefined)
            return;
        const why = missing === undefined
            ? `which has none of the addresses there that ${of} knows of it`
            : `which ${of} does not have`;
        throw new InputError('two-clusters', `${other.folder} is of node ${other.name}, ${why}: they are of two clusters, or of one at two times`, other.folder);
    }
}
/** Nodes of different clusters may have one name (kind, k3d, minikube): their addresses tell them apart. */
function isElsewhere(node, known) {
    const internal = known
        .filter(({ name }) => name === node.name)
        .flatMap(({ addresses }) => addresses)
        .filter(({ type }) => type === 'InternalIP')
        .flatMap(({ address }) => parseAddress(address) ?? []);
    const own = addressesIn(node).flatMap((text) => parseAddress(text) ?? []);
    if (own.length === 0 || internal.length === 0)
        return false;
    return !internal.some((address) => own.some((each) => sameAddress(each, address)));
}
/** Addresses that several nodes have (a bridge of Docker's, an anycast address) tell no node. */
function ownersIn(nodes) {
    const owners = new Map();
    for (const node of nodes)
        for (const address of new Set(addressesIn(node)))
            owners.set(address, owners.has(address) ? null : node.name);
    return owners;
}
