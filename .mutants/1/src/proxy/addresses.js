import { formatAddress } from '../net/address.js';
import { resolveDestination } from './destinations.js';
import { add, byName, protocolOf, ServiceIndex } from './service-index.js';
/** Tells whom an address belongs to. Each question builds its index when it is first asked. */
export class AddressBook {
    #cluster;
    #services = null;
    #pods = null;
    #endpoints = null;
    #nodes = null;
    constructor(cluster) {
        this.#cluster = cluster;
    }
    /**
     * @param protocol IP protocol number.
     * @returns the Service port with this cluster IP, external IP or load balancer IP. Where several claim it, a cluster IP
     * wins, then the first by namespace and name: `servicesAt` has them all.
     */
    serviceAt(protocol, address, port) {
        const matches = this.servicesAt(protocol, address, port);
        return matches.find(({ via }) => via === 'clusterIP') ?? matches[0] ?? null;
    }
    /** @returns every Service port that claims this address and port. */
    servicesAt(protocol, address, port) {
        return this.#serviceIndex().at(protocol, address, port);
    }
    /** @returns the Service port with this node port. The API gives each out once. */
    serviceAtNodePort(protocol, port) {
        return this.#serviceIndex().atNodePort(protocol, port)[0] ?? null;
    }
    /**
     * @returns the Pod that has this address to itself, or null. An address that only Pods in the node's network share does
     * not tell which of them is meant; one of a Pod that has ended may have been given to the next.
     */
    podAt(address) {
        const [best, ...others] = this.podsAt(address);
        if (best === undefined)
            return null;
        return best.hostNetwork && others.length > 0 ? null : best;
    }
    /** @returns every Pod with this address: those with their own network before the node's, running before ended, then by name. */
    podsAt(address) {
        this.#pods ??= indexPods(this.#cluster.pods ?? this.#cluster.seen?.pods ?? []);
        return this.#pods.get(formatAddress(address)) ?? [];
    }
    /** @returns the endpoints with this address and port, of any Service, and of this protocol where one is given. */
    endpointsAt(address, port, protocol = null) {
        this.#endpoints ??= indexEndpoints(this.#cluster.endpoints ?? []);
        const found = this.#endpoints.get(`${formatAddress(address)} ${port}`) ?? [];
        return protocol === null ? found : found.filter((endpoint) => protocolOf(endpoint) === protocol);
    }
    /** @returns the node with this address, of any type (InternalIP, ExternalIP). */
    nodeAt(address) {
        this.#nodes ??= indexNodes(this.#cluster.nodes ?? this.#cluster.seen?.nodes ?? []);
        return this.#nodes.get(formatAddress(address)) ?? null;
    }
    /**
     * Reads a destination as a user types it: `namespace/service`, `namespace/service:port`, `service`, `service:port`; a port
     * is a name, the Service's number, or its node port.
     * @param defaultNamespace where a name without namespace is looked for.
     * @param protocol only ports of this IP protocol; null: any.
     */
    resolve(text, defaultNamespace, protocol = null) {
        return resolveDestination(this.#cluster, text, defaultNamespace, protocol);
    }
    #serviceIndex() {
        this.#services ??= new ServiceIndex(this.#cluster);
        return this.#services;
    }
}
function indexPods(pods) {
    const byAddress = new Map();
    for (const pod of pods)
        for (const ip of pod.ips)
            add(byAddress, ip, pod);
    for (const list of byAddress.values())
        list.sort((a, b) => rank(a) - rank(b) || byName(a, b));
    return byAddress;
}
/** Lower comes first. */
function rank(pod) {
    const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed';
    const progress = pod.phase === 'Running' && !pod.terminating ? 0 : hasEnded ? 2 : 1;
    return (pod.hostNetwork ? 10 : 0) + progress;
}
function indexEndpoints(endpoints) {
    const byPlace = new Map();
    for (const endpoint of endpoints)
        add(byPlace, `${endpoint.address} ${endpoint.port}`, endpoint);
    return byPlace;
}
function indexNodes(nodes) {
    const byAddress = new Map();
    for (const node of nodes) {
        for (const { address } of node.addresses)
            if (!byAddress.has(address))
                byAddress.set(address, node);
    }
    return byAddress;
}
