import { podNetworks, thisNode } from '../../explain/question/this-node.js';
import { interfaceTowards } from '../../explain/question/vantage.js';
import { parseAddress } from '../../net/address.js';
import { maskOfLength } from '../../net/prefix.js';
import { parseProtocol } from '../../net/protocol.js';
import { alternativesOf } from '../survey/alternatives.js';
import { clientAt } from '../survey/senders.js';
/** As many endpoints as are asked directly. */
const MOST = 500;
/** @returns what pods of other nodes cannot reach of this node's endpoints, each address and port once. */
export function directDrops(context) {
    if (context.notCompared !== null)
        return [];
    const asked = new Set();
    const clients = { ipv4: remotePod(context, 'ipv4'), ipv6: remotePod(context, 'ipv6') };
    const found = [];
    for (const port of context.expected ?? []) {
        const client = clients[port.family];
        const protocol = parseProtocol(port.port.protocol);
        if (client === null || protocol === null || !context.hasRules(port.family))
            continue;
        for (const endpoint of port.endpoints) {
            const address = parseAddress(endpoint.address);
            const key = `${endpoint.address} ${endpoint.port} ${protocol}`;
            if (!endpoint.ready ||
                endpoint.node !== context.node.name ||
                endpoint.node === null ||
                address === null)
                continue;
            if (asked.has(key) || asked.size >= MOST)
                continue;
            asked.add(key);
            const trace = context.follower.follow(client, { address, port: endpoint.port, protocol });
            const alternatives = alternativesOf(trace);
            if (alternatives.some(({ outcomes }) => outcomes.some(({ verdict }) => verdict !== 'drop' && verdict !== 'reject')))
                continue;
            const outcome = alternatives[0]?.outcomes[0];
            if (outcome !== undefined)
                found.push({ port, endpoint, outcome });
        }
    }
    return found;
}
/** Some address of another node's pod network, coming in where answers to it go out. */
function remotePod(context, family) {
    const own = new Set(thisNode(context.known)?.podCIDRs ?? []);
    const others = (context.known.cluster.nodes ?? []).filter(({ name }) => name !== context.node.name);
    const networks = podNetworks({ ...context.known, rulesets: [], cluster: { ...context.known.cluster, nodes: others } }, family);
    const network = networks[0];
    if (network === undefined || own.size === 0)
        return null;
    const all = maskOfLength(family, family === 'ipv4' ? 32 : 128);
    const address = { family, value: network.value | (all & ~network.mask & ~1n) };
    const device = interfaceTowards(context.known, address);
    return device === undefined ? null : clientAt('external', 'a pod of another node', address, device);
}
