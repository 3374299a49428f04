/**
 * Joins what several files say. Of two objects with one name the first counts. Endpoints of a Service are taken from
 * its EndpointSlices where it has any, as kube-proxy has done since 1.19 (slices are the copy with zones and states).
 * An address and port that stands in several slices counts once (pkg/proxy/endpointslicecache.go does the same).
 */
export function mergeClusters(parts) {
    const objectKey = (object) => `${object.namespace}/${object.name}`;
    return {
        services: merge(lists(parts, (part) => part.services), objectKey),
        endpoints: mergeEndpoints(parts),
        ...(isOlderOnly(parts) ? { olderEndpointsOnly: true } : {}),
        pods: merge(lists(parts, (part) => part.pods), objectKey),
        nodes: merge(lists(parts, (part) => part.nodes), (node) => node.name),
    };
}
function mergeEndpoints(parts) {
    const slices = lists(parts, (part) => part.endpoints);
    const older = lists(parts, (part) => part.olderEndpoints);
    if (older.length === 0)
        return merge(slices, endpointKey);
    const sliced = new Set();
    for (const list of slices)
        for (const { namespace, service } of list)
            sliced.add(`${namespace}/${service}`);
    const kept = older.map((list) => list.filter(({ namespace, service }) => !sliced.has(`${namespace}/${service}`)));
    return merge([...slices, ...kept], endpointKey);
}
function isOlderOnly(parts) {
    const any = (pick) => parts.some((part) => pick(part) != null);
    return any(({ olderEndpoints }) => olderEndpoints) && !any(({ endpoints }) => endpoints);
}
function endpointKey(endpoint) {
    const { namespace, service, portName, protocol, address, port } = endpoint;
    return `${namespace}/${service}:${portName}/${protocol} ${address} ${port}`;
}
function lists(parts, pick) {
    return parts.map(pick).filter((list) => list !== null && list !== undefined);
}
function merge(found, keyOf) {
    if (found.length === 0)
        return null;
    const byKey = new Map();
    for (const list of found) {
        for (const object of list) {
            const key = keyOf(object);
            if (!byKey.has(key))
                byKey.set(key, object);
        }
    }
    return [...byKey.values()];
}
