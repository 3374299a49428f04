import { nodeAddress } from '../../explain/question/this-node.js';
import { parseAddress } from '../../net/address.js';
import { parseProtocol } from '../../net/protocol.js';
/**
 * Counts the flows of a Service by its addresses and by the node's address at its node ports.
 * @param name `namespace/service`
 * @returns null where the capture has no such Service
 */
export function countFlows(name, known) {
    const service = (known.cluster.services ?? []).find((one) => `${one.namespace}/${one.name}` === name);
    if (service === undefined)
        return null;
    const ingress = service.loadBalancer.flatMap(({ ip }) => ip ?? []);
    const addresses = [...service.clusterIPs, ...service.externalIPs, ...ingress].flatMap((text) => parseAddress(text) ?? []);
    const own = ['ipv4', 'ipv6'].flatMap((family) => nodeAddress(known, family) ?? []);
    let count = 0;
    for (const port of service.ports) {
        const protocol = parseProtocol(port.protocol);
        if (protocol === null)
            continue;
        for (const destination of addresses)
            count += known.flows?.flowsTo({ protocol, destination, destinationPort: port.port }).length ?? 0;
        const { nodePort } = port;
        if (nodePort === null)
            continue;
        for (const destination of own)
            count += known.flows?.flowsTo({ protocol, destination, destinationPort: nodePort }).length ?? 0;
    }
    return count;
}
