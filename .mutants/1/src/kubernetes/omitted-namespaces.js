const KNOWN = new WeakMap();
/**
 * @returns the namespaces of Services whose endpoints were not captured, as where only those of some namespaces may be listed:
 *   every cluster has endpoints of default/kubernetes. What they lack is not known to be missing.
 */
export function omittedNamespaces(cluster) {
    const found = KNOWN.get(cluster) ?? findOmitted(cluster);
    KNOWN.set(cluster, found);
    return found;
}
function findOmitted({ services, endpoints }) {
    const isKubernetes = (namespace, name) => namespace === 'default' && name === 'kubernetes';
    const isWhole = services?.some(({ namespace, name }) => isKubernetes(namespace, name)) !== true ||
        endpoints?.some(({ namespace, service }) => isKubernetes(namespace, service)) !== false;
    if (isWhole)
        return new Set();
    const has = new Set(endpoints?.map(({ namespace }) => namespace));
    return new Set((services ?? []).map(({ namespace }) => namespace).filter((name) => !has.has(name)));
}
