import { parseAddress } from '../../net/address.js';
import { parsePrefix } from '../../net/prefix.js';
/**
 * @param nodeAddress by which the node port is asked; null leaves the node port out
 * @returns every way into the port, in its family
 */
export function waysInto(port, nodeAddress, behaviour) {
    const { service, family, clusterIP } = port;
    const at = (via, text) => {
        const address = parseAddress(text);
        return address === null || address.family !== family ? [] : [{ via, address, port: port.port.port }];
    };
    const ingress = service.loadBalancer.filter(({ ipMode }) => !(behaviour.ipMode && ipMode === 'Proxy'));
    const ways = [
        { via: 'clusterIP', address: clusterIP, port: port.port.port },
        ...service.externalIPs.flatMap((text) => at('externalIP', text)),
        ...ingress.flatMap(({ ip }) => (ip === null ? [] : at('loadBalancerIP', ip))),
    ];
    const { nodePort } = port.port;
    if (nodePort !== null && nodeAddress !== null && nodeAddress.family === family)
        ways.push({ via: 'nodePort', address: nodeAddress, port: nodePort });
    return ways;
}
/** @returns the Service's loadBalancerSourceRanges of the port's family; those that cannot be read are left out. */
export function sourceRangesOf({ service, family }) {
    return service.loadBalancerSourceRanges.flatMap((text) => {
        const prefix = parsePrefix(text.trim());
        return prefix === null || prefix.family !== family ? [] : [prefix];
    });
}
