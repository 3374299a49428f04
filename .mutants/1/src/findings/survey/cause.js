import { isLocalAddress } from '../../host/local-addresses.js';
import { commentOf } from '../../iptables/ruleset.js';
import { prefixContains } from '../../net/prefix.js';
import { socketText } from '../../net/socket.js';
import { CHAINS, hasRole } from '../../proxy/chains.js';
import { endpointChainName } from '../../proxy/hash.js';
import { ownerOf, ownerOfComment } from '../../proxy/owners.js';
import { iptablesRule } from '../../trace/outcome.js';
import { nftCause } from './nft/nft-cause.js';
/** @returns why the deviation is there. */
export function causeOf(deviation, setting) {
    const cause = causeByRules(deviation, setting);
    return setting.known.proxyMode === 'ipvs' && OF_RULES.has(cause) ? 'ipvs' : cause;
}
/** What kube-proxy's own rules of iptables mode make; in IPVS mode virtual servers, sets and addresses stand behind it. */
const OF_RULES = new Set([
    ...['stale', 'refusal-not-hooked', 'dead-end', 'uneven', 'not-masqueraded', 'masqueraded'],
]);
function causeByRules(deviation, setting) {
    const { port, culprit, kind, side } = deviation;
    if (setting.flushed(port.family) && !isForeign(culprit))
        return 'no-service-rules';
    if (side === 'pod' && isOutsideDetection(deviation, setting) && culprit.kind !== 'not-hooked')
        if (kind === 'masqueraded' || isLocalPolicy(deviation))
            return 'wrong-cluster-cidr';
    switch (culprit.kind) {
        case 'not-hooked':
            return culprit.step === null ? 'not-hooked' : 'foreign-drop';
        case 'no-rule':
            return 'stale';
        case 'dead-end':
            return 'dead-end';
        case 'untracked':
            return isNodeCache(culprit.step, deviation, setting.known) ? 'by-design' : 'untracked';
        case 'routing':
            return culprit.reason.code === 'no-route' ? 'no-route' : 'routing';
        case 'translation':
            return translationCause(culprit.step, deviation);
        case 'mark-lost':
            return 'mark-lost';
        case 'not-marked':
        case 'not-masqueraded':
            return 'not-masqueraded';
        case 'verdict':
            return verdictCause(culprit.step, deviation);
        case 'balancer':
            return 'ipvs';
        case 'nft':
            return nftCause(culprit, deviation);
        case 'unclear':
            return kind === 'uneven' ? 'uneven' : kind === 'masqueraded' ? 'masqueraded' : 'stale';
    }
}
/** A flush of the whole table takes the jumps as well: that no rule leads to CHAINS.services is then no fault of its own. */
function isForeign(culprit) {
    if (culprit.kind === 'not-hooked')
        return culprit.step !== null;
    if (culprit.kind === 'routing' || culprit.kind === 'untracked')
        return true;
    return 'step' in culprit && culprit.step !== null && !isKubeProxy(culprit.step.chain);
}
/** @returns true for chains that kube-proxy writes. */
export function isKubeProxy(chain) {
    return ownerOf(chain) === 'kube-proxy';
}
function translationCause(step, { port, kind, missing }) {
    // Only chains of endpoints translate: a rule anywhere else among kube-proxy's was put there.
    if (!hasRole(step.chain, 'endpoint'))
        return 'foreign-translation';
    if (kind === 'uneven')
        return 'uneven';
    const { service } = port;
    const name = {
        namespace: service.namespace,
        name: service.name,
        port: port.port.name,
        protocol: port.port.protocol,
    };
    // The chain's own name says which endpoint it was written for.
    const own = missing.some((endpoint) => endpointChainName(name, endpoint.address, endpoint.port) === step.chain);
    return own ? 'tampered-endpoint' : 'stale';
}
function verdictCause(step, deviation) {
    const { kind, side } = deviation;
    if (kind === 'masqueraded')
        return 'masqueraded';
    if (kind === 'not-refused') {
        if (step.event === 'rule' && !isKubeProxy(step.chain))
            return 'accepted-before-refusal';
        return metRefusals(deviation) ? 'stale' : 'refusal-not-hooked';
    }
    if (isKubeProxy(step.chain))
        return 'stale';
    if (step.event === 'policy')
        return step.table === 'filter' && step.chain === 'FORWARD' ? 'forward-policy' : 'foreign-drop';
    if (isNetworkPolicy(step))
        return 'by-design';
    const outside = side !== 'pod' && side !== 'node';
    // Firewalls that keep clients from the node's Services are there for that.
    if (outside && (deviation.way.via === 'clusterIP' || namesClients(step)))
        return 'by-design';
    return step.table === 'raw' || step.table === 'mangle' ? 'early-drop' : 'foreign-drop';
}
/** A packet that should be refused: was it led to the chain whose rules refuse? */
function metRefusals({ outcomes: [first], way, expectation }) {
    const ranges = expectation.kind === 'refused' && expectation.why === 'source-ranges';
    const chain = ranges
        ? CHAINS.proxyFirewall
        : way.via === 'clusterIP'
            ? CHAINS.services
            : CHAINS.externalServices;
    return first?.path.some(({ step: { table, target } }) => table === 'filter' && target === chain) === true;
}
/** What else is odd about a Service port whose rules are those of an earlier state has no cause of its own. */
export function isPartOfStale({ culprit }, cause) {
    return (cause === 'masqueraded' ||
        cause === 'uneven' ||
        (cause === 'not-masqueraded' && culprit.kind === 'not-marked') ||
        (culprit.kind === 'nft' && (culprit.what === 'not-marked' || culprit.what === 'masqueraded')));
}
const POLICY_ENGINES = new Set([
    'calico',
    'cilium',
    'weave',
    'kube-router',
    'azure-npm',
    'antrea',
]);
/** @returns true for rules of programs that apply network policies. */
export function isNetworkPolicy(step) {
    const rule = iptablesRule(step);
    const comment = rule === null ? null : commentOf(rule);
    const owner = ownerOf(step.chain) ?? (comment === null ? null : ownerOfComment(comment));
    return owner !== null && POLICY_ENGINES.has(owner);
}
function namesClients(step) {
    return (iptablesRule(step)?.matches ?? []).some((match) => match.kind === 'source' ||
        match.kind === 'iprange' ||
        (match.kind === 'set' && match.directions.includes('src')));
}
/** A cache on the node answers at the cluster IP itself (node-local-dns): its packets must not be translated. */
function isNodeCache(step, { way }, known) {
    const rule = iptablesRule(step);
    const comment = rule === null ? null : commentOf(rule);
    return ((comment !== null && ownerOfComment(comment) === 'node-local-dns') ||
        isLocalAddress(known.host, way.address) === true);
}
function isOutsideDetection({ port, client }, { detection }) {
    const { address } = client.sender;
    const { networks, kind } = detection(port.family);
    if (address === null || kind !== 'some' || networks.length === 0)
        return false;
    return !networks.some(({ prefix }) => prefixContains(prefix, address));
}
function isLocalPolicy({ port, way }) {
    return way.via !== 'clusterIP' && port.service.externalTrafficPolicy === 'Local';
}
/** @returns where a deviation's packets arrived, in words: `10.0.0.1:80`. */
export function arrivals({ outcomes }) {
    return [...new Set(outcomes.map(({ destination: { address, port } }) => socketText(address, port)))];
}
