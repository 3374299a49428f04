import { asksForHints } from '../../kubernetes/annotations.js';
/**
 * Picks endpoints as kube-proxy does (`CategorizeEndpoints`, pkg/proxy/topology.go, 1.36; what earlier releases do
 * differently stands in the behaviour).
 * @param endpoints all endpoints of one Service port, in one family
 */
export function pickUsable(endpoints, service, node, behaviour) {
    const ready = endpoints.filter((endpoint) => endpoint.ready);
    const hinted = byHints(ready, service, node, behaviour);
    const cluster = hinted.length > 0 ? hinted : fallback(endpoints, behaviour);
    const isLocal = (endpoint) => node.name !== null && endpoint.node === node.name;
    const readyLocal = ready.filter(isLocal);
    const local = readyLocal.length > 0 ? readyLocal : fallback(endpoints.filter(isLocal), behaviour);
    return { cluster, local, any: cluster.length > 0 || local.length > 0 };
}
function fallback(endpoints, { terminatingFallback }) {
    return terminatingFallback ? endpoints.filter(({ serving, terminating }) => serving && terminating) : [];
}
/** Hints count only where every ready endpoint has one and one of them is for us. */
function byHints(ready, service, { name, zone }, { nodeHints, zoneHints }) {
    if (nodeHints && name !== null && ready.every((endpoint) => endpoint.nodeHints.length > 0)) {
        const own = ready.filter((endpoint) => endpoint.nodeHints.includes(name));
        if (own.length > 0)
            return own;
    }
    if (zoneHints === 'never' || zone === null)
        return ready;
    if (zoneHints !== 'always' && !asksForHints(service.annotations, zoneHints))
        return ready;
    if (!ready.every((endpoint) => endpoint.zoneHints.length > 0))
        return ready;
    const own = ready.filter((endpoint) => endpoint.zoneHints.includes(zone));
    return own.length > 0 ? own : ready;
}
