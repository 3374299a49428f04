/**
 * The chains that kube-proxy and kubelet make once on a node, by what they are for (pkg/proxy/iptables, pkg/proxy/ipvs and
 * pkg/proxy/userspace of 1.20 to 1.36, kubelet_network_linux.go). Those of one Service port or endpoint are in `hash.ts`.
 */
export const CHAINS = {
    /** Every mode: a rule for each address of a Service; in filter, refusals for cluster IPs without endpoints. */
    services: 'KUBE-SERVICES',
    /** iptables mode: refusals for external addresses and node ports. */
    externalServices: 'KUBE-EXTERNAL-SERVICES',
    /** iptables mode: node ports; in filter, health check ports. */
    nodePorts: 'KUBE-NODEPORTS',
    markMasquerade: 'KUBE-MARK-MASQ',
    /** kubelet's and kube-proxy's, up to 1.24. */
    markDrop: 'KUBE-MARK-DROP',
    /** Masquerades what was marked for it. */
    postrouting: 'KUBE-POSTROUTING',
    /** Accepts what was marked and its answers; drops INVALID. */
    forward: 'KUBE-FORWARD',
    /** kubelet's: drops what was marked to be dropped. */
    firewall: 'KUBE-FIREWALL',
    /** iptables mode since 1.25: drops what the source ranges of a load balancer do not allow. */
    proxyFirewall: 'KUBE-PROXY-FIREWALL',
    proxyCanary: 'KUBE-PROXY-CANARY',
    kubeletCanary: 'KUBE-KUBELET-CANARY',
    iptablesHint: 'KUBE-IPTABLES-HINT',
    /** userspace mode: cluster IPs, as pods and as the node's processes ask for them. */
    portalsContainer: 'KUBE-PORTALS-CONTAINER',
    portalsHost: 'KUBE-PORTALS-HOST',
    nodePortContainer: 'KUBE-NODEPORT-CONTAINER',
    nodePortHost: 'KUBE-NODEPORT-HOST',
    nodePortNonLocal: 'KUBE-NODEPORT-NON-LOCAL',
    /** IPVS mode. */
    ipvsLoadBalancer: 'KUBE-LOAD-BALANCER',
    ipvsNodePort: 'KUBE-NODE-PORT',
    ipvsSourceRanges: 'KUBE-SOURCE-RANGES-FIREWALL',
    ipvsFilter: 'KUBE-IPVS-FILTER',
    ipvsOutFilter: 'KUBE-IPVS-OUT-FILTER',
};
const FIXED = {
    [CHAINS.services]: 'entry',
    [CHAINS.externalServices]: 'refuse',
    [CHAINS.nodePorts]: 'node-ports',
    [CHAINS.markMasquerade]: 'mark-masquerade',
    [CHAINS.markDrop]: 'mark-drop',
    [CHAINS.postrouting]: 'masquerade',
    [CHAINS.forward]: 'forward',
    [CHAINS.firewall]: 'drop-marked',
    [CHAINS.proxyFirewall]: 'refuse',
    [CHAINS.proxyCanary]: 'canary',
    [CHAINS.kubeletCanary]: 'canary',
    [CHAINS.iptablesHint]: 'canary',
    [CHAINS.portalsContainer]: 'portal',
    [CHAINS.portalsHost]: 'portal',
    [CHAINS.nodePortContainer]: 'portal',
    [CHAINS.nodePortHost]: 'portal',
    [CHAINS.nodePortNonLocal]: 'portal',
    [CHAINS.ipvsLoadBalancer]: 'entry',
    [CHAINS.ipvsNodePort]: 'node-ports',
    [CHAINS.ipvsSourceRanges]: 'ipvs-filter',
    [CHAINS.ipvsFilter]: 'ipvs-filter',
    [CHAINS.ipvsOutFilter]: 'ipvs-filter',
};
/** What kube-proxy and kubelet begin the names of their chains with, and of the sets of IPVS mode; kube-router does as well. */
export const KUBE = 'KUBE-';
const PREFIXES = {
    SVC: 'service',
    SVL: 'local',
    EXT: 'external',
    FW: 'source-ranges',
    XLB: 'external-local',
    SEP: 'endpoint',
};
/** Roles of the chains of one Service port. */
export const OF_SERVICE = ['service', 'local', 'external', 'source-ranges', 'external-local'];
/** Roles of the chains that choose an endpoint. */
export const CHOOSING = ['service', 'local', 'external-local'];
/** @returns what a chain of this name is for; null where it is none of kube-proxy's or kubelet's in iptables and ipvs mode. */
export function roleOf(chain) {
    if (!chain.startsWith(KUBE))
        return null;
    // Of a hundred thousand chains nearly all are these: no part of their names is cut out, nor hashed.
    for (const [begin, role] of BEGINS)
        if (chain.startsWith(begin, KUBE.length))
            return role;
    return Object.hasOwn(FIXED, chain) ? FIXED[chain] : null;
}
const BEGINS = Object.entries(PREFIXES)
    .map(([prefix, role]) => [`${prefix}-`, role])
    .reverse();
/** @returns what the names of chains with these roles begin with; a fixed chain's whole name. */
export function beginningsOf(...roles) {
    const many = BEGINS.filter(([, role]) => roles.includes(role)).map(([begin]) => KUBE + begin);
    const single = Object.entries(FIXED).filter(([, role]) => roles.includes(role));
    return [...many, ...single.map(([name]) => name)];
}
/** @returns true where a chain of this name is for one of these; false where there is no chain. */
export function hasRole(chain, ...roles) {
    const role = chain === null || chain === undefined ? null : roleOf(chain);
    return role !== null && roles.includes(role);
}
/** @returns true for a chain that stands for one Service port or one endpoint. */
export function isOfOneService(chain) {
    return hasRole(chain, 'endpoint', ...OF_SERVICE);
}
/** @returns true for names that begin as those of kube-proxy, kubelet and kube-router do. */
export function isKubeChain(chain) {
    return chain?.startsWith(KUBE) === true;
}
/** @returns the name of a chain of a Service port or endpoint. */
export function chainName(prefix, hash) {
    return `${KUBE}${prefix}-${hash}`;
}
/** What the chains of endpoints begin with, as it is told of many. */
export const ENDPOINT_CHAINS = `${KUBE}SEP`;
const IN_TEXT = /KUBE-[A-Z]+-[A-Z2-7]+/g;
/** @returns the chains of Services and endpoints that a comment names. */
export function chainsIn(comment) {
    return comment.match(IN_TEXT) ?? [];
}
/** @returns the comment with other names for such chains. */
export function replaceChains(comment, rename) {
    return comment.replace(IN_TEXT, rename);
}
/** @returns true for chains of kube-proxy's IPVS mode only (pkg/proxy/ipvs/proxier.go). */
export function isOfIpvsMode(chain) {
    return chain === CHAINS.ipvsLoadBalancer || chain === CHAINS.ipvsNodePort || chain === CHAINS.ipvsFilter;
}
/** @returns the name of a set of IPVS mode: `CLUSTER-IP`, `NODE-PORT-TCP`; ipset holds 31 characters (getIPSetName). */
export function ipvsSet(what, family) {
    return `${KUBE}${family === 'ipv6' ? '6-' : ''}${what}`.slice(0, 31);
}
const SETS = /^KUBE-(?:6-)?(LOOP-BACK|CLUSTER-IP|EXTERNAL-IP(?:-LOCAL)?|LOAD-BALANCER(?:-[A-Z-]+)?|NODE-PORT-[A-Z-]+|HEALTH-CHECK-NODE-PORT|IPVS-IPS)$/;
/** @returns which set of kube-proxy's IPVS mode this is (pkg/proxy/ipvs/ipset.go), of either family; null for any other. */
export function ipvsSetIn(name) {
    return SETS.exec(name)?.[1] ?? null;
}
