import { parseAddress } from '../../net/address.js';
import { parseProtocol } from '../../net/protocol.js';
import { AddressBook } from '../../proxy/addresses.js';
/** Finds Service ports of the API by the addresses and ports that rules name, all as text. */
export class SocketIndex {
    #book;
    constructor(cluster) {
        this.#book = new AddressBook(cluster);
    }
    /**
     * @param address null for a node port
     * @param protocol by name or number
     * @returns the Service port, or null. Where several claim one address, the one whose cluster IP it is, else the first by name.
     */
    at(address, port, protocol) {
        const number = parseProtocol(protocol);
        if (number === null)
            return null;
        const parsed = address === null ? null : parseAddress(address);
        if (address !== null && parsed === null)
            return null;
        const found = parsed === null
            ? this.#book.serviceAtNodePort(number, port)
            : this.#book.serviceAt(number, parsed, port);
        if (found === null)
            return null;
        const { service, port: own } = found;
        const name = { namespace: service.namespace, service: service.name, port: own.name };
        return { name, protocol: own.protocol.toLowerCase(), service };
    }
}
