/**
 * What kube-proxy's IPVS mode must do with a new connection (pkg/proxy/ipvs/proxier.go, 1.36.2; measured). It differs from
 * iptables mode: without endpoints IPVS refuses everybody, whichever way; policy Local holds for pods and the node as well;
 * without a local endpoint all take its place (1.22; not for internalTrafficPolicy), unmasqueraded, where earlier releases have none.
 */
export function expectFromIpvs({ service }, way, side, usable, { behaviour, detection, node }) {
    const internal = way.via === 'clusterIP';
    const policy = internal ? service.internalTrafficPolicy : service.externalTrafficPolicy;
    const local = policy === 'Local' && (!internal || behaviour.internalPolicy);
    if (local && node.name === null)
        return { kind: 'open' };
    const own = local ? usable.local : usable.cluster;
    const fallsBack = own.length === 0 && !internal && behaviour.localFallsBack;
    const endpoints = fallsBack ? usable.cluster : own;
    if (endpoints.length === 0)
        return { kind: 'refused', why: usable.any ? 'no-local-endpoints' : 'no-endpoints' };
    if (!internal)
        return { kind: 'served', endpoints, masquerade: !local };
    // The node's own packets to a cluster IP carry that address as source, which is no pod's.
    const masquerade = detection.kind === 'all' || side === 'node' ? true : detection.kind === 'none' ? false : side !== 'pod';
    return { kind: 'served', endpoints, masquerade };
}
