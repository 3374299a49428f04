import { PLACEHOLDER } from '../../explain/question/destination.js';
import { nodeAddress } from '../../explain/question/this-node.js';
import { parseAddress } from '../../net/address.js';
import { parseProtocol } from '../../net/protocol.js';
import { socketText } from '../../net/socket.js';
import { alternativesOf } from './alternatives.js';
import { clientsOf } from './senders.js';
/** As many packets as are followed. */
const MOST = 6000;
/** Follows packets of a pod, the node and the outside to whatever the rules name as a Service's, without any object of the API. */
export function surveyNamed(context) {
    const items = context.programmed;
    const drops = [];
    const clients = { ipv4: clientsOf(context.known, 'ipv4'), ipv6: clientsOf(context.known, 'ipv6') };
    let packets = 0;
    let followed = 0;
    for (const item of items) {
        const protocol = parseProtocol(item.protocol);
        if (packets >= MOST)
            break;
        followed++;
        if (protocol === null)
            continue;
        for (const { to, ...aim } of aimsOf(item, context)) {
            for (const client of clients[item.family]) {
                packets++;
                const end = undelivered(context, client, { ...aim, protocol });
                if (end !== null)
                    drops.push({ item, to, client, ...end });
            }
        }
    }
    return { drops, followed, named: items.length };
}
/** @returns the first outcome that ends the packet, where nothing that the capture leaves open is known to deliver it. */
function undelivered({ follower }, client, target) {
    const alternatives = alternativesOf(follower.follow(client, target));
    const all = alternatives.flatMap(({ outcomes }) => outcomes);
    const outcome = all.find(hasEnded);
    if (outcome === undefined)
        return null;
    // Of several endpoints one may be out of reach; of several open questions the answers may differ.
    if (alternatives.length === 1)
        return { outcome, sure: true };
    if (!all.every((one) => hasEnded(one) || one.verdict === 'unknown'))
        return null;
    return { outcome, sure: all.every(hasEnded) };
}
function hasEnded({ verdict }) {
    return verdict === 'drop' || verdict === 'reject';
}
function aimsOf(item, context) {
    const at = (address, port) => {
        const parsed = parseAddress(address);
        if (parsed === null || port === null)
            return [];
        return [{ to: socketText(address, port), address: parsed, port }];
    };
    const addresses = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs, ...item.endpoints];
    const refused = item.refusals.flatMap(({ address, port, nodePort }) => address === null || nodePort ? [] : at(address, port));
    const aims = [...addresses.flatMap(({ address, port }) => at(address, port)), ...refused];
    const ports = item.refusals.flatMap(({ nodePort, port }) => (nodePort && port !== null ? [port] : []));
    const own = nodeAddress(context.known, item.family) ?? (item.family === 'ipv4' ? PLACEHOLDER : null);
    if (own !== null) {
        for (const port of new Set([...(item.nodePort === null ? [] : [item.nodePort]), ...ports]))
            aims.push({ to: `node port ${port}`, address: own, port, isLocal: true });
    }
    return [...new Map(aims.map((aim) => [aim.to, aim])).values()];
}
