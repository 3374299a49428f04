import { isLocalAddress } from '../../host/local-addresses.js';
/**
 * @param node name of the captured node, where it is known
 * @returns who has an address: a pod of its own network, else an endpoint, else a node; null where nobody known has it
 */
export function whoIsAt(address, port, known, node) {
    const endpoint = port === null ? undefined : known.book.endpointsAt(address, port)[0];
    const pod = known.book.podAt(address);
    const onThisNode = (name) => node === null || name === null ? null : name === node;
    if ((pod !== null && !pod.hostNetwork) || endpoint !== undefined) {
        const on = pod?.node ?? endpoint?.node ?? null;
        return {
            namespace: pod?.namespace ?? endpoint?.pod?.namespace ?? null,
            pod: pod?.name ?? endpoint?.pod?.name ?? null,
            node: on,
            thisNode: onThisNode(on),
            ready: endpoint?.ready ?? pod?.ready ?? null,
            serving: endpoint?.serving ?? null,
            terminating: endpoint?.terminating ?? pod?.terminating ?? null,
            zone: endpoint?.zone ?? null,
        };
    }
    const owner = known.book.nodeAt(address);
    const own = isLocalAddress(known.host, address);
    if (owner === null && own !== true)
        return null;
    const name = owner?.name ?? node;
    return {
        namespace: null,
        pod: null,
        node: name,
        thisNode: own ?? onThisNode(name),
        ready: null,
        serving: null,
        terminating: null,
        zone: owner?.zone ?? null,
    };
}
