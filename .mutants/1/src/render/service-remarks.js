import { socketText } from '../net/socket.js';
import { hasRole } from '../proxy/chains.js';
import { percent } from '../words/numbers.js';
/**
 * @param mixed true where the list holds rules of several backends
 * @returns what a Service port has beyond the usual, most urgent first, as clauses joined by `; `. Not escaped.
 */
export function describeRemarks(item, mixed) {
    return [
        ...(mixed ? [item.backend.replace(/^iptables-/, '')] : []),
        ...userspace(item),
        ...unprogrammed(item, 'no-rule', 'no rule for'),
        ...unprogrammed(item, 'not-captured', 'rules not captured for'),
        ...notCaptured(item),
        ...lost(item),
        ...refusals(item),
        ...(item.conflict === null ? [] : [`the rules' comment says ${item.conflict}`]),
        ...item.misdirected.map(({ to, named }) => `goes to ${socketText(to.address, to.port)} where the chain's name says ${socketText(named.address, named.port)}`),
        ...shares(item),
        ...balanced(item, mixed),
        ...(item.externalPolicy === 'Local' ? ['external Local'] : []),
        ...(item.internalPolicy === 'Local' ? ['internal Local'] : []),
        ...(item.affinitySeconds === null ? [] : [`client affinity ${item.affinitySeconds} s`]),
        ...addresses('load balancer', item.loadBalancerIPs),
        ...addresses('external IP', item.externalIPs),
        ...printed(item),
        ...sourceRanges(item),
        ...(item.namedBy === 'comment' ? ['named by a comment'] : []),
    ].join('; ');
}
/**
 * @returns `broken`: rules are missing or lead elsewhere; `refuses`: rules turn away, everywhere or at some address, since
 *   there is no endpoint for it; `unknown`: what would tell was not captured.
 */
export function standOf(item) {
    const noRule = item.unprogrammed.some(({ state }) => state === 'no-rule');
    if (noRule || item.misdirected.length > 0 || lost(item).length > 0)
        return 'broken';
    if (refusals(item).length > 0)
        return 'refuses';
    const open = item.notCaptured.length > 0 || item.unprogrammed.length > 0;
    return open && item.endpoints.length === 0 ? 'unknown' : 'served';
}
/** In userspace mode rules lead to kube-proxy itself, and which endpoint it dials is in none of them. */
function userspace(item) {
    const port = proxyPort(item);
    return port === null
        ? []
        : [`kube-proxy itself answers on port ${port} of the node and dials an endpoint (userspace mode)`];
}
/** @returns the port on which kube-proxy takes this Service port's connections; null where it only writes rules. */
export function proxyPort(item) {
    const proxy = item.endpoints.find(({ chain }) => hasRole(chain, 'portal'));
    return proxy?.port ?? null;
}
const KINDS = {
    clusterIP: 'cluster IP',
    nodePort: 'node port',
    loadBalancerIP: 'load balancer',
    externalIP: 'external IP',
    external: 'outer address',
    sourceRange: 'source range',
};
/** `no rule for its cluster IP, node port, load balancer 198.51.100.10`. */
function unprogrammed(item, state, words) {
    const places = item.unprogrammed
        .filter((each) => each.state === state)
        .map(({ kind, address }) => {
        const named = kind === 'clusterIP' || kind === 'nodePort' || address === null;
        return named ? KINDS[kind] : `${KINDS[kind]} ${address}`;
    });
    return places.length === 0 ? [] : [`${words} its ${[...new Set(places)].join(', ')}`];
}
/** The chains of one port share their hash: the words before it tell them apart. */
function notCaptured(item) {
    const { notCaptured: chains } = item;
    if (chains.length === 0)
        return [];
    const names = chains.map((chain) => chain.replace(/-[A-Z2-7]{16}$/, ''));
    return [`${item.endpoints.length === 0 ? 'not captured' : 'cut off'}: ${names.join(', ')}`];
}
/** kube-proxy either sends packets on or refuses them: where rules do neither, somebody took rules away. */
function lost(item) {
    const idle = item.endpoints.length === 0 && item.refusals.length === 0 && item.notCaptured.length === 0;
    return idle ? ['no rule sends it on or refuses it'] : [];
}
function printed(item) {
    return item.printed
        .filter(({ kind }) => kind !== 'sourceRange')
        .map(({ kind, text }) => `${KINDS[kind]} printed as "${text}"`);
}
function sourceRanges(item) {
    const names = item.printed
        .filter(({ kind }) => kind === 'sourceRange')
        .map(({ text }) => `what is printed as "${text}"`);
    const all = [...item.sourceRanges, ...names];
    return all.length === 0 ? [] : [`only from ${all.join(', ')}`];
}
/** Each place that refuses, once: `rejected` for the cluster IP, `node port dropped`, `203.0.113.1:80 dropped`. */
function refusals(item) {
    const clusterIPs = new Set(item.clusterIPs.map(({ address }) => address));
    const words = item.refusals
        .filter((refusal) => !isSourceFilter(refusal, item))
        .map((refusal) => {
        const verb = refusal.action === 'reject' ? 'rejected' : 'dropped';
        if (refusal.nodePort)
            return `node port ${verb}`;
        if (refusal.address === null)
            return verb;
        if (clusterIPs.has(refusal.address))
            return verb;
        return `${socketText(refusal.address, refusal.port)} ${verb}`;
    });
    return [...new Set(words)];
}
/** The drop behind FW meets only clients outside the source ranges, which have a remark of their own. */
function isSourceFilter(refusal, item) {
    if (sourceRanges(item).length === 0 || refusal.nodePort || refusal.action !== 'drop')
        return false;
    return refusal.comment !== null && !refusal.comment.includes(' has no ');
}
/** Shares are worth a word only where they differ: kube-proxy writes even ones. */
function shares(item) {
    const cluster = item.endpoints.filter((endpoint) => endpoint.scope === 'cluster');
    const listed = cluster.length > 0 ? cluster : item.endpoints;
    const values = listed.map((endpoint) => endpoint.share);
    if (values.length === 0 || Math.max(...values) - Math.min(...values) < 0.001)
        return [];
    const all = listed.map(({ address, port, share }) => `${socketText(address, port)} ${percent(share)}`);
    const shown = all.slice(0, 6).join(', ');
    return [`uneven shares: ${shown}${all.length > 6 ? `, … (${all.length})` : ''}`];
}
/** What is worth a word of IPVS: a scheduler that has no shares, and real servers that take nothing new. */
function balanced({ ipvs, name, endpoints }, mixed) {
    if (ipvs === undefined)
        return [];
    const { scheduler, exactShares, drained } = ipvs;
    const shown = drained.slice(0, 3).map(({ address, port, connections }) => {
        const left = connections === null ? '' : ` (${connections} connections left)`;
        return `${socketText(address, port)}${left}`;
    });
    const more = drained.length > 3 ? `, … (${drained.length})` : '';
    const listed = endpoints.slice(0, 6).map(({ address, port }) => socketText(address, port));
    const rest = endpoints.length > 6 ? `, … (${endpoints.length})` : '';
    const by = `${mixed ? '' : 'IPVS '}${scheduler ?? 'scheduler not listed'}`;
    return [
        // Without a name the addresses are all that there is to tell it by.
        ...(name === null
            ? [listed.length === 0 ? by : `${by} → ${listed.join(', ')}${rest}`]
            : exactShares
                ? []
                : [by]),
        ...(drained.length === 0 ? [] : [`weight 0: ${shown.join(', ')}${more}`]),
    ];
}
function addresses(word, list) {
    if (list.length === 0)
        return [];
    return [`${word} ${list.map(({ address, port }) => socketText(address, port)).join(', ')}`];
}
