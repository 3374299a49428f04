import { CHAINS, KUBE } from './chains.js';
import { at, LOCAL, NEW } from './program.js';
/**
 * In the order in which the jumps of one built-in chain stand: iptablesJumpChains of pkg/proxy/iptables/proxier.go (1.20 to
 * 1.36), the IPVS and userspace proxiers of the same; kubelet_network_linux.go.
 */
const FIXED = {
    [CHAINS.proxyFirewall]: {
        purpose: 'Drops what goes to a load balancer IP from outside its loadBalancerSourceRanges.',
        only: 'filter',
        entries: { filter: [at('INPUT', NEW), at('FORWARD', NEW), at('OUTPUT', NEW)] },
    },
    [CHAINS.nodePorts]: {
        purpose: 'Finds the Service of a packet for the node by its node port. In the filter table it accepts health check ports.',
        entries: { filter: [at('INPUT')], nat: [at(CHAINS.services, LOCAL)] },
    },
    [CHAINS.ipvsNodePort]: {
        purpose: 'kube-proxy in IPVS mode: handles traffic for node ports.',
        entries: { filter: [at('INPUT')], nat: [at(CHAINS.services, LOCAL)] },
        serves: 'IPVS mode of kube-proxy',
    },
    [CHAINS.ipvsLoadBalancer]: {
        purpose: 'kube-proxy in IPVS mode: handles traffic for load balancer IPs.',
        only: 'nat',
        entries: { nat: [at(CHAINS.services, `-m set --match-set ${CHAINS.ipvsLoadBalancer} dst,dst`)] },
        serves: 'IPVS mode of kube-proxy',
    },
    [CHAINS.nodePortNonLocal]: {
        purpose: 'kube-proxy in userspace mode: lets traffic for node ports pass.',
        only: 'filter',
        entries: { filter: [at('INPUT')] },
    },
    [CHAINS.forward]: {
        purpose: 'Drops forwarded packets in state INVALID, and accepts Service traffic and its answers where the policy would drop them.',
        only: 'filter',
        entries: { filter: [at('FORWARD')] },
    },
    [CHAINS.services]: {
        purpose: 'Finds the Service of a packet by its destination: one rule for each cluster IP, external IP and load balancer IP. In the filter table it rejects those without endpoints.',
        entries: { filter: [at('FORWARD', NEW), at('OUTPUT', NEW)], nat: [at('PREROUTING'), at('OUTPUT')] },
    },
    [CHAINS.externalServices]: {
        purpose: 'Rejects or drops traffic from outside for Services that have no endpoints it may use.',
        only: 'filter',
        entries: { filter: [at('INPUT', NEW), at('FORWARD', NEW)] },
    },
    [CHAINS.firewall]: {
        purpose: 'Drops packets marked for dropping, and packets from elsewhere for 127.0.0.0/8.',
        only: 'filter',
        entries: { filter: [at('INPUT'), at('OUTPUT')] },
    },
    [CHAINS.ipvsFilter]: {
        purpose: 'kube-proxy in IPVS mode: keeps other ports of the node closed on Service addresses.',
        only: 'filter',
        entries: { filter: [at('INPUT', NEW)] },
        serves: 'IPVS mode of kube-proxy',
    },
    [CHAINS.ipvsOutFilter]: {
        purpose: 'kube-proxy in IPVS mode: keeps other ports of the node closed on Service addresses.',
        only: 'filter',
        entries: { filter: [at('OUTPUT', NEW)] },
    },
    [CHAINS.ipvsSourceRanges]: {
        purpose: 'kube-proxy in IPVS mode: drops what loadBalancerSourceRanges do not allow.',
        only: 'filter',
    },
    [CHAINS.portalsContainer]: { ...portal('cluster IPs'), entries: { nat: [at('PREROUTING')] } },
    [CHAINS.portalsHost]: { ...portal('cluster IPs'), entries: { nat: [at('OUTPUT')] } },
    [CHAINS.nodePortContainer]: { ...portal('node ports'), entries: { nat: [at('PREROUTING', LOCAL)] } },
    [CHAINS.nodePortHost]: { ...portal('node ports'), entries: { nat: [at('OUTPUT', LOCAL)] } },
    [CHAINS.postrouting]: {
        purpose: `Masquerades packets that ${CHAINS.markMasquerade} marked, and takes the mark away.`,
        only: 'nat',
        entries: { nat: [at('POSTROUTING')] },
    },
    [CHAINS.markMasquerade]: {
        purpose: `Marks the packet so that ${CHAINS.postrouting} gives it the address of the node as its source.`,
        only: 'nat',
    },
    [CHAINS.markDrop]: {
        purpose: `Marks the packet so that ${CHAINS.firewall} drops it. kubelet and kube-proxy up to 1.24 use it.`,
        only: 'nat',
    },
    [CHAINS.proxyCanary]: {
        purpose: 'Holds no rules: when it disappears, kube-proxy knows that someone flushed the table and writes its rules again.',
    },
    [CHAINS.kubeletCanary]: {
        owner: 'kubelet',
        purpose: 'Holds no rules: when it disappears, kubelet knows that someone flushed the table and writes its rules again.',
    },
    [CHAINS.iptablesHint]: {
        owner: 'kubelet',
        purpose: 'Holds no rules: kubelet shows other programs whether the node uses iptables-nft or iptables-legacy.',
    },
};
function portal(what) {
    return {
        purpose: `kube-proxy in userspace mode: sends traffic for ${what} to a port on which kube-proxy itself answers.`,
        only: 'nat',
    };
}
const HASHED = {
    SVC: 'Spreads the packets of one Service port over all its endpoints.',
    SVL: 'Spreads the packets of one Service port over its endpoints on this node only.',
    EXT: 'Takes traffic from outside for one Service port, and masquerades it unless its external traffic policy is Local.',
    FW: 'Lets through to one Service port only what its loadBalancerSourceRanges allow.',
    XLB: 'Takes traffic from outside for one Service port with external traffic policy Local (kube-proxy up to 1.24).',
    SEP: "One endpoint: rewrites the destination to its address and port, and has the endpoint's calls to itself masqueraded.",
};
const ROUTER = { owner: 'kube-router' };
const SERVING = { ...ROUTER, serves: 'the service proxy of kube-router' };
/** The chains of kube-proxy, kubelet and kube-router, which share a prefix. */
export const KUBE_PROGRAM = {
    owner: 'kube-proxy',
    prefix: new RegExp(`^${KUBE}`),
    chains: [
        {
            ...ROUTER,
            name: 'ROUTER-(?:INPUT|FORWARD|OUTPUT)',
            purpose: 'kube-router: where its network policies are entered.',
            only: 'filter',
            entries: { filter: 'by-name' },
        },
        {
            ...SERVING,
            name: 'ROUTER-SERVICES',
            purpose: 'kube-router: lets in what goes to addresses of Services on their ports, and rejects the rest.',
            entries: { filter: [at('INPUT', '-m set --match-set kube-router-service-ips dst')] },
        },
        {
            ...SERVING,
            name: 'ROUTER-HAIRPIN',
            purpose: 'kube-router: gives a Pod that reaches itself through its own Service (IPVS hairpin) the address of the Service as its source.',
            entries: { nat: [at('POSTROUTING', '-m ipvs --vdir ORIGINAL --vmethod MASQ')] },
        },
        { ...SERVING, name: 'ROUTER-(?:SERVICES|HAIRPIN|SVC-).*' },
        {
            ...ROUTER,
            name: 'POD-FW-.*',
            purpose: 'kube-router: applies network policies to one Pod.',
            only: 'filter',
        },
        { ...ROUTER, name: 'NWPLCY-.*', purpose: 'kube-router: one network policy.', only: 'filter' },
        { ...ROUTER, name: '(?:ROUTER|POD-FW|NWPLCY)(?:-.*)?' },
        ...Object.entries(HASHED).map(([prefix, purpose]) => ({ name: `${prefix}-[A-Z2-7]{16}`, purpose, only: 'nat' })),
        { name: `(?:${Object.keys(HASHED).join('|')})-.*`, only: 'nat' },
        ...Object.entries(FIXED).map(([chain, facts]) => ({ name: chain.slice(KUBE.length), ...facts })),
    ],
    common: `ROUTER-(?:INPUT|FORWARD|OUTPUT|SERVICES)|NWPLCY-(?:DEFAULT|COMMON)|${Object.keys(FIXED)
        .map((chain) => chain.slice(KUBE.length))
        .join('|')}`,
    identified: [['(?:POD-FW|NWPLCY)-', 16, 'base32']],
};
