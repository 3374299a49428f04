import { parseAddress, sameAddress } from '../../net/address.js';
import { AddressBook } from '../../proxy/addresses.js';
/** Tells who answers at the addresses that DNAT rules name. */
export class EndpointIndex {
    #book;
    #node;
    /** @param node the node whose rules are read; null where it is not known */
    constructor(cluster, node) {
        this.#book = new AddressBook(cluster);
        this.#node = node;
    }
    /**
     * @param own the API's endpoint whose hash the rule's chain carries, if there is one
     * @returns that endpoint where it has the address and port; else the pod at the address, about which the Service's endpoints say
     *   nothing (ready, serving and terminating are null); null where nobody is known to be there
     */
    at(own, address, port) {
        const parsed = parseAddress(address);
        if (parsed === null)
            return null;
        if (own !== null && isAt(own, parsed) && (port === null || own.port === port))
            return this.#refOf(own);
        const pod = this.#book.podAt(parsed);
        const other = port === null ? null : (this.#book.endpointsAt(parsed, port)[0] ?? null);
        const name = pod ?? other?.pod ?? null;
        const node = pod?.node ?? other?.node ?? null;
        if (name === null && node === null)
            return null;
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
    #refOf({ pod, node, ready, serving, terminating, zone }) {
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
    #isHere(node) {
        return node === null || this.#node === null ? null : node === this.#node;
    }
}
function isAt(endpoint, address) {
    const own = parseAddress(endpoint.address);
    return own !== null && sameAddress(own, address);
}
