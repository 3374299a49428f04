import { listensAt } from '../host/listening.js';
import { sameAddress } from '../net/address.js';
import { prefixContains } from '../net/prefix.js';
import { hasPorts, TCP, UDP } from '../net/protocol.js';
/**
 * Readiness stands for listening: kube-proxy programs endpoints that are ready, and so says the API. Of the node's own
 * sockets `ss` tells, where it was captured.
 * @param end the packet as it arrived
 */
export function listeningAt(view, { kind }, end) {
    const { protocol, destination, destinationPort: port, inInterface } = end;
    // The kernel answers echoes itself.
    if (!hasPorts(protocol))
        return kind === 'process' || hasPod(view, end) ? 'yes' : 'unknown';
    if (port === null)
        return 'unknown';
    if (kind === 'process' && view.sockets !== null && LISTED.has(protocol)) {
        const listens = listensAt(view.sockets, protocol, destination, port, inInterface);
        if (listens !== null)
            return listens ? 'yes' : 'no';
    }
    const { book, cluster } = view;
    const endpoints = book.endpointsAt(destination, port, protocol);
    if (endpoints.some(({ ready, serving, terminating }) => ready || (serving && terminating)))
        return 'yes';
    if (kind === 'workload' && isFree(view, end))
        return 'nobody';
    if (cluster.endpoints !== null || endpoints.length > 0)
        return 'unknown';
    const { connection, balancedBy } = end;
    return kind === 'workload' && (connection?.dnat === true || balancedBy !== null) ? 'yes' : 'unknown';
}
/** What `ss -ltnu` lists. */
const LISTED = new Set([TCP, UDP]);
function hasPod({ book }, { destination }) {
    return book.podAt(destination) !== null;
}
/** An address of the pods' network that no pod has, where all pods are known. */
function isFree(view, { destination, family }) {
    const { book, cluster } = view;
    if (cluster.pods === null || book.podsAt(destination).length > 0)
        return false;
    if (!listsWhole(view))
        return false;
    if (view.podNetworks(family).every((network) => !prefixContains(network, destination)))
        return false;
    const links = view.host.links ?? [];
    return !links.some(({ addresses }) => addresses.some(({ address }) => sameAddress(address, destination)));
}
/** Every cluster has Service default/kubernetes (pkg/controlplane): without it the objects are those of some namespaces only. */
function listsWhole({ cluster }) {
    const services = cluster.services ?? [];
    return services.some(({ namespace, name }) => namespace === 'default' && name === 'kubernetes');
}
