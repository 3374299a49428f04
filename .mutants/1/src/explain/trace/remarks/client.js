import { parsePrefix, prefixContains } from '../../../net/prefix.js';
import { podNetworks, thisNode, thisNodeName } from '../../question/this-node.js';
/** @returns the sender as the API knows it. */
export function describeClient(vantage, known, interfaceGiven) {
    const base = { label: vantage.from, interfaceGiven };
    const { address } = vantage.sender;
    if (vantage.entersAt === 'OUTPUT')
        return { ...base, onThisNode: true, localPod: false, otherNode: null };
    if (address === null) {
        const local = vantage.kind === 'pod';
        return { ...base, onThisNode: local, localPod: local, otherNode: null };
    }
    const here = thisNodeName(known);
    const pod = known.book.podAt(address);
    if (pod !== null && pod.node !== null && here !== null) {
        const local = pod.node === here;
        // What a pod in its node's network sends is the node's own packet.
        return {
            ...base,
            onThisNode: local,
            localPod: local && !pod.hostNetwork,
            otherNode: local ? null : pod.node,
        };
    }
    const own = (thisNode(known)?.podCIDRs ?? []).map(parsePrefix);
    if (own.some((prefix) => prefix !== null && prefixContains(prefix, address)))
        return { ...base, onThisNode: true, localPod: true, otherNode: null };
    const node = known.book.nodeAt(address);
    if (node !== null)
        return { ...base, onThisNode: false, localPod: false, otherNode: node.name };
    const maybePod = podNetworks(known, address.family).some((network) => prefixContains(network, address));
    const onThisNode = maybePod || vantage.kind === 'pod' ? null : false;
    return { ...base, onThisNode, localPod: false, otherNode: null };
}
