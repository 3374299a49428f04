import { formatAddress, parseAddress } from '../net/address.js';
import { parseProtocol } from '../net/protocol.js';
/** @returns the addresses of a Service, each with what it is; headless Services and names have none. */
export function serviceAddresses(service) {
    const texts = [
        ...service.clusterIPs.map((text) => [text, 'clusterIP']),
        ...service.externalIPs.map((text) => [text, 'externalIP']),
        ...service.loadBalancer.map(({ ip }) => [ip ?? '', 'loadBalancerIP']),
    ];
    const found = [];
    for (const [text, via] of texts) {
        const address = parseAddress(text);
        if (address !== null)
            found.push({ address, via });
    }
    return found;
}
/** @returns the number of a Service port's protocol, or null where the name is unknown. */
export function protocolOf(port) {
    return parseProtocol(port.protocol);
}
/** Service ports by address and by node port. Where several claim one place, the first in the order of names. */
export class ServiceIndex {
    #byAddress = new Map();
    #byNodePort = new Map();
    constructor(cluster) {
        const services = [...(cluster.services ?? cluster.seen?.services ?? [])].sort(byName);
        for (const service of services) {
            const addresses = serviceAddresses(service);
            for (const port of service.ports) {
                const protocol = protocolOf(port);
                for (const { address, via } of addresses) {
                    add(this.#byAddress, placeKey(protocol, address, port.port), { service, port, via });
                }
                if (port.nodePort !== null)
                    add(this.#byNodePort, `${protocol} ${port.nodePort}`, { service, port });
            }
        }
    }
    at(protocol, address, port) {
        return this.#byAddress.get(placeKey(protocol, address, port)) ?? [];
    }
    atNodePort(protocol, port) {
        return this.#byNodePort.get(`${protocol} ${port}`) ?? [];
    }
}
/** Orders objects by namespace and name, whatever the locale. */
export function byName(a, b) {
    if (a.namespace !== b.namespace)
        return a.namespace < b.namespace ? -1 : 1;
    return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}
/** Adds to the list that a key stands for. */
export function add(groups, key, item) {
    const group = groups.get(key);
    if (group === undefined)
        groups.set(key, [item]);
    else
        group.push(item);
}
function placeKey(protocol, address, port) {
    return `${protocol} ${formatAddress(address)} ${port}`;
}
