import { chainsBeginning } from '../../iptables/ruleset.js';
import { formatAddress, parseAddress } from '../../net/address.js';
import { parsePrefix } from '../../net/prefix.js';
import { beginningsOf, CHAINS } from '../../proxy/chains.js';
import { clusterCidrInNft } from '../services/nft/cluster-cidr.js';
/** @returns the Node object of the captured node: by the name the capture tells, else by the addresses they share. */
export function thisNode(known) {
    const nodes = known.cluster.nodes ?? [];
    const named = known.node === null ? undefined : nodes.find(({ name }) => name === known.node);
    if (named !== undefined)
        return named;
    const own = new Set((known.host.links ?? []).flatMap(({ addresses }) => addresses.map(({ address }) => formatAddress(address))));
    return nodes.find(({ addresses }) => addresses.some(({ address }) => own.has(address))) ?? null;
}
/** @returns the name of the captured node, as far as it can be told. */
export function thisNodeName(known) {
    return thisNode(known)?.name ?? known.node;
}
/** @returns the address by which the cluster knows this node: its InternalIP, else the first global address of a link. */
export function nodeAddress(known, family = 'ipv4') {
    const internal = thisNode(known)?.addresses.filter(({ type }) => type === 'InternalIP') ?? [];
    for (const { address } of internal) {
        const parsed = parseAddress(address);
        if (parsed !== null && parsed.family === family)
            return parsed;
    }
    for (const link of known.host.links ?? []) {
        if (link.loopback)
            continue;
        const own = link.addresses.find(({ address, scope }) => address.family === family && scope === 'global');
        if (own !== undefined)
            return own.address;
    }
    return null;
}
/** @returns every pod network that is known: of all Nodes, else the one that kube-proxy's own rules exclude from masquerading. */
export function podNetworks(known, family) {
    const stated = (known.cluster.nodes ?? [])
        .flatMap(({ podCIDRs }) => podCIDRs.map(parsePrefix))
        .filter((prefix) => prefix !== null && prefix.family === family);
    const inferred = clusterCidrInRules(known, family);
    return inferred === null ? stated : [...stated, inferred];
}
function clusterCidrInRules(known, family) {
    for (const ruleset of known.rulesets) {
        const found = ruleset.family === family ? clusterCidrOf(ruleset) : null;
        if (found !== null)
            return found;
    }
    return clusterCidrInNft(known, family);
}
const KNOWN = new WeakMap();
/**
 * kube-proxy writes `! -s CLUSTER-CIDR -d CLUSTER-IP … -j CHAINS.markMasquerade` where it was told the pods' network: up to 1.21 in
 * CHAINS.services, later as first rule of SVC chains.
 */
function clusterCidrOf(ruleset) {
    const known = KNOWN.get(ruleset);
    if (known !== undefined)
        return known;
    const nat = ruleset.tables.get('nat');
    const found = nat === undefined ? null : firstClusterCidr(nat);
    KNOWN.set(ruleset, found);
    return found;
}
function firstClusterCidr(nat) {
    let looked = 0;
    for (const { rules } of chainsBeginning(nat, [CHAINS.services, ...beginningsOf('service', 'local')])) {
        if (rules.length === 0)
            continue;
        const { target, matches } = rules.at(0);
        if (target?.kind === 'jump' && target.chain === CHAINS.markMasquerade) {
            for (const match of matches)
                if (match.kind === 'source' && match.negated)
                    return match.prefix;
        }
        if (++looked > 50)
            break;
    }
    return null;
}
