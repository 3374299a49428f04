/** The lab's gateway: it is asked to route Service and documentation addresses, and drops them. */
const GATEWAYS = ['192.168.100.254', 'fd00:192:168:100::254'];
/** The lab has two nodes: by the one measured on, the LAN addresses of the other, to whose pods it sends. */
const OTHER_NODE = {
    'node-1': ['192.168.100.12', 'fd00:192:168:100::12'],
    'node-2': ['192.168.100.11', 'fd00:192:168:100::11'],
};
function isOtherNode(address, { node }) {
    const others = OTHER_NODE[node];
    if (others === undefined)
        throw new Error(`the lab has no ${node}`);
    return others.includes(address);
}
/** Every pod of the lab drops this port itself: a hung application. */
const HUNG_PORT = 8099;
export const ALLOWANCES = [
    {
        name: 'never-arrives',
        reason: 'in the captures with FORWARD policy DROP (IPv4) the other node has it too, and drops what its own pods send; the packet never reaches this node',
        sees: ['timeout'],
        anyVerdict: true,
        applies: (pair, _outcome, { capture }) => capture.includes('forwarddrop') && pair.client.kind === 'remote-pod' && !pair.client.ip.includes(':'),
    },
    {
        name: 'gateway',
        reason: 'the packet leaves the node for the gateway, which drops what it is asked to route; the node cannot know',
        sees: ['timeout'],
        applies: (_pair, { exit }) => exit?.kind === 'interface' && GATEWAYS.includes(exit.nextHop),
    },
    {
        name: 'hung-application',
        reason: 'port 8099 of every pod is dropped inside the pod; the node cannot know',
        sees: ['timeout'],
        applies: (_pair, { destination }) => destination.port === HUNG_PORT,
    },
    {
        name: 'changed-before-capture',
        reason: "these Services' endpoints were exchanged between the measurement and the capture, on purpose, to leave stale flows (notes.staleFlow in capture.json); what was measured are the endpoints of before",
        sees: ['reached', 'timeout'],
        anyVerdict: true,
        applies: (pair) => pair.dst.service === 'shop/udp-stale' || pair.dst.service === 'shop/udp-stale-np',
        otherBackends: true,
    },
    {
        name: 'drained-before-capture',
        reason: 'in the IPVS captures web-a1 left shop/web between the measurement and the capture, on purpose (notes.gracefulTermination in capture.json): its real server has weight 0; what was measured is the state of before',
        sees: ['reached'],
        applies: (pair, _outcome, { capture }) => capture.includes('-ipvs-') && pair.dst.service === 'shop/web',
        otherBackends: true,
    },
    {
        name: 'other-node-answers-arp',
        reason: 'both nodes of the IPVS captures have the address 192.168.100.210 on kube-ipvs0 and answer ARP for it: a client in the LAN may have reached the other one',
        sees: ['reached'],
        applies: (pair, _outcome, { capture }) => capture.includes('-ipvs-') && pair.dst.ip === '192.168.100.210' && pair.client.kind === 'external',
        otherBackends: true,
    },
    {
        name: 'other-node-drops',
        reason: 'in the captures with FORWARD policy DROP (IPv4) the other node has it too, and drops what this node sends to its pods; its rules are not in the capture',
        sees: ['timeout'],
        applies: (pair, { exit, destination }, measured) => measured.capture.includes('forwarddrop') &&
            !pair.dst.ip.includes(':') &&
            exit?.kind === 'interface' &&
            isOtherNode(exit.nextHop, measured) &&
            !isOtherNode(destination.address, measured),
    },
    {
        name: 'listening-sockets',
        reason: 'the packet is delivered; whether a socket listens there is not in a capture',
        sees: ['reached', 'rejected'],
        applies: (pair, { exit, endpoint }) => (exit?.kind === 'local' && (endpoint === null || endpoint.pod === null)) ||
            pair.dst.kind === 'podIP-closed-port' ||
            pair.dst.service === 'shop/nolistener',
    },
    {
        name: 'answer-takes-another-way',
        reason: 'a pod of another node is answered by its own node, past this one, which alone could undo the DNAT; the first packet arrives all the same. In IPVS mode so is everybody whom policy Local without a local endpoint sends to another node, unmasqueraded',
        sees: ['timeout'],
        applies: (pair, { source, exit }, measured) => (pair.client.kind === 'remote-pod' || isUnmarkedInIpvs(pair, source.address, measured)) &&
            source.rewrite === 'none' &&
            exit?.kind === 'interface' &&
            isOtherNode(exit.nextHop, measured),
    },
];
/**
 * kube-proxy's IPVS mode fills a virtual server of policy Local with all endpoints where none is local, and marks nothing.
 * Pods of this node get their answers all the same, and so does the node where it uses an address that the other one reaches it by.
 */
function isUnmarkedInIpvs({ dst, client }, source, { capture, node }) {
    if (!capture.includes('-ipvs-') ||
        !/^shop\/(np|lb)-local-none$|^shop\/lb-local-ranges$/.test(dst.service ?? ''))
        return false;
    if (client.kind === 'node')
        return !(REACHED_BY[node] ?? []).includes(source ?? '');
    return client.kind === 'external' || client.kind === 'remote-node';
}
/** Addresses by which the nodes of the lab reach each other: in the LAN, and of the bridge that pods are on. */
const REACHED_BY = {
    'node-1': ['192.168.100.11', '10.244.1.1'],
    'node-2': ['192.168.100.12', '10.244.2.1'],
};
