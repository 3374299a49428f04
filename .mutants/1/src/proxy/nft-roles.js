import { dictionary } from '../lookup/dictionary.js';
import { parseNftName } from './nft-names.js';
/** The table of kube-proxy's nftables mode, in families ip and ip6. */
export const NFT_TABLE = 'kube-proxy';
/** The chains, sets and maps that kube-proxy makes once on a node (pkg/proxy/nftables/proxier.go, 1.29 to 1.36). */
export const NFT_OBJECTS = {
    services: 'services',
    masquerading: 'masquerading',
    markForMasquerade: 'mark-for-masquerade',
    rejectChain: 'reject-chain',
    serviceIps: 'service-ips',
    serviceNodePorts: 'service-nodeports',
    firewallIps: 'firewall-ips',
    noEndpointServices: 'no-endpoint-services',
    noEndpointNodePorts: 'no-endpoint-nodeports',
    clusterIps: 'cluster-ips',
    nodePortIps: 'nodeport-ips',
    hairpin: 'hairpin-connections',
};
const BEFORE = 'Where packets of new connections are looked at before they are translated';
const AFTER = 'Where packets of new connections are looked at after they were translated';
const FIXED = dictionary({
    // Up to 1.33; later ones say pre-dnat.
    'filter-prerouting': base(`${BEFORE}: source ranges of load balancers.`),
    'filter-prerouting-pre-dnat': base(`${BEFORE}: source ranges of load balancers.`),
    'filter-output-pre-dnat': base(`${BEFORE}, from processes of the node: source ranges of load balancers.`),
    'filter-output-post-dnat': base(`${AFTER}, from processes of the node: ports that cluster IPs do not have.`),
    'filter-input': base('Where packets for the node meet the refusals of Services without endpoints.'),
    'filter-forward': base('Where forwarded packets meet the refusals of Services without endpoints.'),
    'filter-output': base('Where packets from processes of the node meet the refusals of Services without endpoints.'),
    'nat-prerouting': base('Where packets from pods and from outside come to the Services.'),
    'nat-output': base('Where packets from processes of the node come to the Services.'),
    'nat-postrouting': base('Where packets that were marked for it are masqueraded.'),
    [NFT_OBJECTS.services]: {
        role: 'entry',
        purpose: 'Finds the Service of a packet: by its destination, then by its node port.',
    },
    [NFT_OBJECTS.masquerading]: {
        role: 'masquerade',
        purpose: 'Masquerades packets that were marked for it, and takes the mark away; also those of a pod that reaches itself.',
    },
    [NFT_OBJECTS.markForMasquerade]: {
        role: 'mark-masquerade',
        purpose: 'Marks the packet so that it gets an address of the node as its source (up to 1.35).',
    },
    [NFT_OBJECTS.rejectChain]: { role: 'reject', purpose: 'Rejects the packet.' },
    'firewall-check': {
        role: 'source-ranges-check',
        purpose: 'Sends packets for load balancer IPs with source ranges through the checks of these.',
    },
    'nodeport-endpoints-check': {
        role: 'refuse',
        purpose: 'Refuses packets for node ports of Services without endpoints.',
    },
    'service-endpoints-check': {
        role: 'refuse',
        purpose: 'Refuses packets for addresses of Services without endpoints.',
    },
    'cluster-ips-check': {
        role: 'refuse',
        purpose: 'Rejects packets for ports that a cluster IP does not have.',
    },
    [NFT_OBJECTS.serviceIps]: {
        role: 'entry',
        purpose: 'Gives each cluster IP, external IP and load balancer IP with its port the chain of its Service.',
    },
    [NFT_OBJECTS.serviceNodePorts]: {
        role: 'entry',
        purpose: 'Gives each node port the chain of its Service.',
    },
    [NFT_OBJECTS.firewallIps]: {
        role: 'source-ranges-check',
        purpose: 'Gives each load balancer IP with source ranges the chain that checks them.',
    },
    [NFT_OBJECTS.noEndpointServices]: {
        role: 'refuse',
        purpose: 'What becomes of packets for addresses of Services that have no endpoint to use.',
    },
    [NFT_OBJECTS.noEndpointNodePorts]: {
        role: 'refuse',
        purpose: 'What becomes of packets for node ports of Services that have no endpoint to use.',
    },
    [NFT_OBJECTS.clusterIps]: { role: 'addresses', purpose: 'The cluster IPs of all Services.' },
    [NFT_OBJECTS.nodePortIps]: {
        role: 'addresses',
        purpose: 'The addresses of the node at which node ports answer.',
    },
    [NFT_OBJECTS.hairpin]: {
        role: 'hairpin',
        purpose: 'Endpoints that reach themselves through their Service: such packets are masqueraded (since 1.36).',
    },
});
function base(purpose) {
    return { role: 'base', purpose };
}
const OF_ONE = {
    service: 'Spreads the packets of one Service port over all its endpoints.',
    local: 'Spreads the packets of one Service port over its endpoints on this node only.',
    external: 'Takes traffic for external addresses and node ports of one Service port, and masquerades it unless its external traffic policy is Local.',
    firewall: 'Drops what the loadBalancerSourceRanges of one Service port do not allow.',
    endpoint: 'One endpoint: rewrites the destination to its address and port.',
    affinity: 'Clients that this endpoint answered, as long as session affinity keeps them there.',
};
/** @returns what a chain, set or map of kube-proxy's table is for; null where it is none of kube-proxy's. */
export function nftRoleOf(name) {
    return parseNftName(name)?.prefix ?? (Object.hasOwn(FIXED, name) ? (FIXED[name]?.role ?? null) : null);
}
/** @returns what it is for, in a sentence; null where it is none of kube-proxy's. */
export function nftPurposeOf(name) {
    const prefix = parseNftName(name)?.prefix;
    if (prefix !== undefined)
        return OF_ONE[prefix];
    return Object.hasOwn(FIXED, name) ? (FIXED[name]?.purpose ?? null) : null;
}
/** @returns true for a table that kube-proxy writes. */
export function isKubeProxyTable(table) {
    return table.name === NFT_TABLE && (table.family === 'ip' || table.family === 'ip6');
}
