import { formatAddress, parseAddress } from '../../../net/address.js';
import { parseNftName } from '../../../proxy/nft-names.js';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.js';
import { wordOf } from './verdict-maps.js';
/**
 * Sorts a draft's addresses by kind: set `cluster-ips` tells cluster IPs, what has source ranges is a load balancer's, and
 * the API tells the others; without it they are listed as external IPs, which is what kube-proxy treats them as.
 * @param service the API's Service, where it is known
 */
export function nftAddresses(draft, table, service) {
    const lists = {
        clusterIP: new Map(),
        externalIP: new Map(),
        loadBalancerIP: new Map(),
    };
    let nodePort = null;
    for (const entry of [...draft.entries, ...draft.refusals]) {
        const { address, port } = entry;
        if (address === null)
            nodePort ??= port;
        else
            lists[kindOf(entry, address, table, service)].set(`${address} ${port}`, { address, port });
    }
    return {
        clusterIPs: [...lists.clusterIP.values()],
        externalIPs: [...lists.externalIP.values()],
        loadBalancerIPs: [...lists.loadBalancerIP.values()],
        nodePort,
    };
}
function kindOf(entry, address, table, service) {
    if (service !== null) {
        if (has(service.clusterIPs, address))
            return 'clusterIP';
        if (has(service.loadBalancer.flatMap(({ ip }) => ip ?? []), address))
            return 'loadBalancerIP';
        if (has(service.externalIPs, address))
            return 'externalIP';
    }
    const clusterIps = clusterIpsOf(table);
    if (clusterIps?.has(address) === true)
        return 'clusterIP';
    // What a set lacks that the listing breaks off in may be in it.
    if (clusterIps !== null && table.sets.get(NFT_OBJECTS.clusterIps)?.cut === false)
        return 'externalIP';
    const prefix = entry.verdict.chain === null ? undefined : parseNftName(entry.verdict.chain)?.prefix;
    return prefix === 'service' || prefix === 'local' ? 'clusterIP' : 'externalIP';
}
function has(texts, address) {
    return texts.some((text) => {
        const parsed = parseAddress(text);
        return parsed !== null && formatAddress(parsed) === address;
    });
}
const CLUSTER_IPS = new WeakMap();
/** The set is there since 1.30. */
function clusterIpsOf(table) {
    const known = CLUSTER_IPS.get(table);
    if (known !== undefined)
        return known;
    const set = table.sets.get(NFT_OBJECTS.clusterIps);
    const found = set === undefined
        ? null
        : new Set(set.elements.flatMap(({ key }) => {
            const parsed = parseAddress(wordOf(key) ?? '');
            return parsed === null ? [] : [formatAddress(parsed)];
        }));
    CLUSTER_IPS.set(table, found);
    return found;
}
