import { formatAddress } from '../../net/address.js';
import { protocolOf } from '../../proxy/service-index.js';
import { commentedDestinations } from './service-in-comments.js';
/**
 * A table of kubectl shows neither names of ports nor, without `-A`, the namespace: both stand in the comments of the rules.
 * @returns the cluster with what tables showed under the names of the rules, where these have a Service of that name there.
 */
export function nameSeenPorts(cluster, rulesets) {
    const { seen } = cluster;
    if (seen === undefined || seen.services.length === 0)
        return cluster;
    const byPlace = new Map();
    for (const { address, protocol, port, named } of commentedDestinations(rulesets))
        byPlace.set(`${address === null ? '' : formatAddress(address)} ${protocol} ${port}`, named);
    const said = (service, port) => {
        const protocol = protocolOf(port);
        const places = [
            ...service.clusterIPs.map((ip) => `${ip} ${protocol} ${port.port}`),
            ...(port.nodePort === null ? [] : [` ${protocol} ${port.nodePort}`]),
        ];
        const named = places.flatMap((place) => byPlace.get(place) ?? [])[0];
        return named?.name === service.name ? named : null;
    };
    const services = seen.services.map((service) => {
        const known = service.ports.flatMap((port) => said(service, port) ?? [])[0];
        const ports = service.ports.map((port) => ({ ...port, name: said(service, port)?.port ?? port.name }));
        return { ...service, namespace: known?.namespace ?? service.namespace, ports };
    });
    return { ...cluster, seen: { ...seen, services } };
}
