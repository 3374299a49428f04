import { thisNode } from '../../explain/question/this-node.js';
import { formatPrefix, parsePrefix } from '../../net/prefix.js';
import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
/** @returns what the node does, or null where it has no name, or not all of it could be read: then others cannot be held against it. */
export function profileOf(context, takenAt) {
    const { node, known, input } = context;
    if (node.name === null || (input.cutInputs ?? []).length > 0)
        return null;
    const backends = [...new Set(context.programmed.map(({ backend }) => backend))].sort();
    return {
        node: node.name,
        takenAt,
        cluster: clusterOf(context, node.name),
        settings: new Map([
            ['proxy mode', known.proxyMode],
            ['kube-proxy', versionOf(input.kubeProxyVersion)],
            ['backend of kube-proxy’s rules', backends.length === 0 ? null : backends.join(' and ')],
            ...FAMILIES.map((family) => [
                `pod network of kube-proxy (${family})`,
                podNetwork(context, family),
            ]),
        ]),
        services: known.proxyMode === 'iptables' && context.hasRules('ipv4') ? programmedPorts(context) : null,
    };
}
function versionOf(text) {
    return /v?\d+\.\d+\.\d+\S*/.exec(text ?? '')?.[0] ?? null;
}
/** The nodes a cluster has, with their addresses: two clusters do not share them. */
function clusterOf({ known }, own) {
    const { nodes } = known.cluster;
    if (nodes === null || !nodes.some(({ name }) => name === own))
        return null;
    return nodes
        .map(({ name, addresses }) => `${name} ${addresses.map(({ address }) => address).sort()}`)
        .sort()
        .join('\n');
}
const FAMILIES = ['ipv4', 'ipv6'];
/** Null also where kube-proxy goes by interface, which each node may name in its own way. */
function podNetwork(context, family) {
    if (!context.hasRules(family) || context.flushed(family))
        return null;
    const { kind, networks } = context.detection(family);
    if (kind === 'all')
        return 'everything is masqueraded';
    if (kind === 'none')
        return 'none told';
    if (networks.length === 0)
        return null;
    const own = new Set((thisNode(context.known)?.podCIDRs ?? []).map(normal));
    return networks
        .map(({ prefix }) => formatPrefix(prefix))
        .map((text) => (own.has(text) ? 'the node’s own pod CIDR' : text))
        .sort()
        .join(', ');
}
function normal(text) {
    const prefix = parsePrefix(text);
    return prefix === null ? text : formatPrefix(prefix);
}
function programmedPorts(context) {
    const hinted = hintedServices(context);
    const ports = new Map();
    for (const item of context.programmed) {
        if (item.namespace === null || item.name === null)
            continue;
        const label = `${item.namespace}/${item.name}${item.port === null ? '' : `:${item.port}`} ${item.protocol}${item.family === 'ipv6' ? ' (ipv6)' : ''}`;
        // Two backends hold the port twice: that is a finding of the node, and not compared once more.
        if (ports.has(label))
            continue;
        const mayDiffer = item.internalPolicy === 'Local' || hinted.has(`${item.namespace}/${item.name}`) || isCut(item);
        const endpoints = item.endpoints.filter(({ scope }) => scope === 'cluster');
        const none = mayDiffer || endpoints.length === 0;
        ports.set(label, {
            places: placesOf(item),
            endpoints: mayDiffer ? null : endpoints.map(socketOf).sort(),
            shares: none ? null : sharesOf(endpoints),
            affinity: none ? null : [item.affinitySeconds === null ? 'none' : `${item.affinitySeconds} s`],
            sourceRanges: [...item.sourceRanges].sort(),
        });
    }
    return ports;
}
/** Where hints or a policy choose, each node or zone has endpoints of its own. */
function hintedServices({ known }) {
    const { endpoints, services } = known.cluster;
    return new Set([
        ...(endpoints ?? [])
            .filter(({ zoneHints, nodeHints }) => zoneHints.length > 0 || nodeHints.length > 0)
            .map(({ namespace, service }) => `${namespace}/${service}`),
        ...(services ?? [])
            .filter(({ internalTrafficPolicy }) => internalTrafficPolicy === 'Local')
            .map(({ namespace, name }) => `${namespace}/${name}`),
    ]);
}
function isCut({ notCaptured }) {
    return notCaptured.length > 0;
}
function placesOf({ clusterIPs, externalIPs, loadBalancerIPs, nodePort }) {
    const sockets = [...clusterIPs, ...externalIPs, ...loadBalancerIPs].map(socketOf);
    return [...new Set([...sockets, ...(nodePort === null ? [] : [`node port ${nodePort}`])])].sort();
}
/** Unequal shares are a fault of their own, wherever the endpoints are the same. */
function sharesOf(endpoints) {
    const fair = 1 / endpoints.length;
    if (endpoints.every(({ share }) => Math.abs(share - fair) <= fair * 0.01))
        return ['equal'];
    return endpoints.map((one) => `${socketOf(one)} ${percent(one.share)}`).sort();
}
function socketOf({ address, port }) {
    return socketText(address, port);
}
