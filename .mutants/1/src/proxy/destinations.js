import { protocolOf, serviceAddresses } from './service-index.js';
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const TEXT = new RegExp(`^(?:(${LABEL})/)?(${LABEL})(?::(${LABEL}))?$`);
/** Finds the Service a user named, and its addresses. See `AddressBook.resolve`. */
export function resolveDestination(cluster, text, defaultNamespace, protocol) {
    const match = text.length > 255 ? null : TEXT.exec(text);
    const name = match?.[2];
    if (match === null || name === undefined)
        return { kind: 'not-a-name' };
    const services = cluster.services ?? cluster.seen?.services ?? null;
    if (services === null)
        return { kind: 'services-unknown' };
    const namespace = match[1] ?? defaultNamespace;
    const port = match[3] ?? null;
    const service = services.find((known) => known.name === name && known.namespace === namespace);
    if (service === undefined) {
        // A table that does not show it proves nothing.
        if (cluster.services === null)
            return { kind: 'services-unknown' };
        const elsewhere = services.filter((known) => known.name === name).map((known) => known.namespace);
        return { kind: 'no-such-service', namespace, name, elsewhere: elsewhere.sort() };
    }
    const wanted = protocol === null ? service.ports : service.ports.filter((p) => protocolOf(p) === protocol);
    const ports = port === null ? wanted : wanted.filter((p) => p.name === port || String(p.port) === port);
    const nodePorts = port === null ? ports : wanted.filter((p) => String(p.nodePort) === port);
    const destinations = [
        ...ports.flatMap((p) => ownAddresses(service, p)),
        ...[...new Set([...ports, ...nodePorts])].flatMap((p) => nodePortOf(service, p)),
    ];
    if (destinations.length > 0)
        return { kind: 'found', destinations: destinations.sort(byVia) };
    if (ports.length === 0 && (port !== null || service.ports.length > 0))
        return { kind: 'no-such-port', service, port };
    return { kind: 'no-address', service };
}
function ownAddresses(service, port) {
    const protocol = protocolOf(port);
    if (protocol === null)
        return [];
    return serviceAddresses(service).map((place) => ({
        service,
        port,
        ...place,
        portNumber: port.port,
        protocol,
    }));
}
function nodePortOf(service, port) {
    const protocol = protocolOf(port);
    if (protocol === null || port.nodePort === null)
        return [];
    return [{ service, port, via: 'nodePort', address: null, portNumber: port.nodePort, protocol }];
}
const ORDER = { clusterIP: 0, externalIP: 1, loadBalancerIP: 2, nodePort: 3 };
/** Stable: ports and addresses keep the API's order. */
function byVia(a, b) {
    return ORDER[a.via] - ORDER[b.via];
}
