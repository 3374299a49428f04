import { formatAddress, parseAddress } from '../../net/address.js';
import { CHAINS } from '../../proxy/chains.js';
/**
 * Sorts a draft's addresses by kind. What a rule does not tell (refusals of CHAINS.externalServices never do) the API object
 * does; without one it is listed as an external IP, which is what kube-proxy treats it as.
 * @param service the API's Service, where it is known
 */
export function addressesOf(draft, service) {
    const lists = {
        clusterIP: new Map(),
        externalIP: new Map(),
        loadBalancerIP: new Map(),
    };
    let nodePort = null;
    const kinds = new Map();
    const put = (kind, address, port) => {
        const key = `${address} ${port}`;
        kinds.set(key, kind);
        lists[kind].set(key, { address, port });
    };
    for (const { address, port, kind } of draft.entries) {
        if (port === null)
            continue;
        if (kind === 'nodePort')
            nodePort ??= port;
        else if (address === null)
            continue;
        else
            put(kind === 'external' ? outerKind(address, service) : kind, address, port);
    }
    for (const { chain, address, port, nodePort: forNodePort } of draft.refusals) {
        if (port === null)
            continue;
        if (forNodePort)
            nodePort ??= port;
        if (address === null)
            continue;
        const known = kinds.get(`${address} ${port}`);
        put(known ?? kindByChain(chain, address, service), address, port);
    }
    return {
        clusterIPs: [...lists.clusterIP.values()],
        externalIPs: [...lists.externalIP.values()],
        loadBalancerIPs: [...lists.loadBalancerIP.values()],
        nodePort,
    };
}
function kindByChain(chain, address, service) {
    if (chain === CHAINS.services)
        return 'clusterIP';
    return chain === CHAINS.proxyFirewall ? 'loadBalancerIP' : outerKind(address, service);
}
function outerKind(address, service) {
    const listed = service?.loadBalancer.some(({ ip }) => ip !== null && sameText(ip, address)) === true;
    return listed ? 'loadBalancerIP' : 'externalIP';
}
/** The API may hold IPv6 addresses in another spelling than iptables-save prints. */
function sameText(fromApi, address) {
    const parsed = parseAddress(fromApi);
    return parsed !== null && formatAddress(parsed) === address;
}
