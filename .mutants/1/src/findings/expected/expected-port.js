import { parseAddress } from '../../net/address.js';
import { parseProtocol } from '../../net/protocol.js';
/** Marks Services that are another proxy's business (`service.kubernetes.io/service-proxy-name`, pkg/proxy/apis/well_known_labels.go). */
const OTHER_PROXY = 'service.kubernetes.io/service-proxy-name';
/**
 * Lists what kube-proxy must serve: not headless Services, not names of the outside, not those of another proxy.
 * @returns null where Services or endpoints were not captured: then nothing can be expected
 */
export function listExpectedPorts(cluster) {
    if (cluster.services === null || cluster.endpoints === null)
        return null;
    const index = indexEndpoints(cluster.endpoints);
    return cluster.services.flatMap((service) => {
        if (service.type === 'ExternalName' || Object.hasOwn(service.labels, OTHER_PROXY))
            return [];
        return service.clusterIPs.flatMap((text) => {
            const clusterIP = parseAddress(text);
            return clusterIP === null ? [] : portsOf(service, clusterIP, index);
        });
    });
}
function portsOf(service, clusterIP, index) {
    const { family } = clusterIP;
    return service.ports.flatMap((port) => {
        const protocol = parseProtocol(port.protocol);
        if (protocol === null)
            return [];
        const endpoints = index.get(keyOf(service.namespace, service.name, port.name, protocol)) ?? [];
        const inFamily = endpoints.filter(({ address }) => address.includes(':') === (family === 'ipv6'));
        return [{ service, port, protocol, family, clusterIP, endpoints: distinct(inFamily) }];
    });
}
function indexEndpoints(endpoints) {
    const index = new Map();
    for (const endpoint of endpoints) {
        const protocol = parseProtocol(endpoint.protocol);
        if (protocol === null)
            continue;
        const key = keyOf(endpoint.namespace, endpoint.service, endpoint.portName, protocol);
        const list = index.get(key);
        if (list === undefined)
            index.set(key, [endpoint]);
        else
            list.push(endpoint);
    }
    return index;
}
/** An address may stand in several slices while the API moves it; a ready entry wins, as in `endpointslicecache.go`. */
function distinct(endpoints) {
    const byPlace = new Map();
    for (const endpoint of endpoints) {
        const key = `${endpoint.address} ${endpoint.port}`;
        const known = byPlace.get(key);
        if (known === undefined || (!known.ready && endpoint.ready))
            byPlace.set(key, endpoint);
    }
    return byPlace.size === endpoints.length ? endpoints : [...byPlace.values()];
}
function keyOf(namespace, name, port, protocol) {
    return `${namespace}/${name}:${port} ${protocol}`;
}
/** @returns `namespace/service:port`, as kube-proxy writes it. */
export function labelOfPort({ service, port }) {
    const name = `${service.namespace}/${service.name}`;
    return port.name === '' ? name : `${name}:${port.name}`;
}
