import { isLocalAddress } from '../../../host/local-addresses.js';
import { omittedNamespaces } from '../../../kubernetes/omitted-namespaces.js';
/** @returns the API's view of the packet's destination: by address, by node port of this node, else by the name that the rules gave. */
export function findTarget(trace, named, known) {
    const found = byAddress(trace, known) ?? byName(named, known);
    if (found === null) {
        return {
            label: named === null ? null : labelOf(named.namespace, named.name, named.port),
            via: named?.via ?? null,
            service: null,
            port: null,
            endpoints: null,
            endpointsAt: new Map(),
        };
    }
    const { service, port, via } = found;
    const captured = omittedNamespaces(known.cluster).has(service.namespace) ? null : known.cluster.endpoints;
    const endpoints = captured?.filter((endpoint) => endpoint.service === service.name &&
        endpoint.namespace === service.namespace &&
        endpoint.portName === port.name &&
        endpoint.protocol.toUpperCase() === port.protocol.toUpperCase()) ?? null;
    const label = labelOf(service.namespace, service.name, port.name);
    return { label, via, service, port, endpoints, endpointsAt: byPlace(endpoints ?? []) };
}
function byPlace(endpoints) {
    const places = new Map();
    for (const endpoint of endpoints) {
        const same = places.get(endpoint.address);
        if (same === undefined)
            places.set(endpoint.address, [endpoint]);
        else
            same.push(endpoint);
    }
    return places;
}
function byAddress({ packet }, known) {
    const { destination, destinationPort: port, protocol } = packet;
    if (port === null)
        return null;
    const match = known.book.serviceAt(protocol, destination, port);
    if (match !== null)
        return match;
    const local = packet.destinationIsLocal || isLocalAddress(known.host, destination) === true;
    const found = local ? known.book.serviceAtNodePort(protocol, port) : null;
    return found === null ? null : { ...found, via: 'nodePort' };
}
function byName(named, { cluster }) {
    if (named === null)
        return null;
    const service = cluster.services?.find(({ namespace, name }) => namespace === named.namespace && name === named.name);
    const port = service?.ports.find(({ name }) => name === named.port);
    return service === undefined || port === undefined ? null : { service, port, via: named.via };
}
/** @returns `namespace/service:port`. */
function labelOf(namespace, name, port) {
    return port === '' ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
}
/** @returns true for an endpoint that kube-proxy may use: ready, or terminating and still serving. */
export function isUsable({ ready, serving, terminating }) {
    return ready || (serving && terminating);
}
/** @returns true where the load balancer itself is to get the packet: Service.status.loadBalancer.ingress[].ipMode Proxy: kube-proxy leaves the address alone (1.29 and later). */
export function isProxied(service, address) {
    return service?.loadBalancer.some(({ ip, ipMode }) => ip === address && ipMode === 'Proxy') ?? false;
}
