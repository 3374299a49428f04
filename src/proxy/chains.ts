import type { Family } from '../net/address.ts';

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
} as const;

/** The name of one of them. */
export type FixedChain = (typeof CHAINS)[keyof typeof CHAINS];

/** What a chain is for. The first six stand for one Service port each, or for one endpoint of it. */
export type ChainRole =
  /** Spreads over all endpoints of a Service port. */
  | 'service'
  /** Spreads over its endpoints on this node. */
  | 'local'
  /** Takes what comes from outside (since 1.24). */
  | 'external'
  /** Takes what comes from outside where the external policy is Local (up to 1.23). */
  | 'external-local'
  /** Lets through what the source ranges of a load balancer allow. */
  | 'source-ranges'
  | 'endpoint'
  | 'entry'
  | 'node-ports'
  /** An entry or an acceptance of userspace mode. */
  | 'portal'
  | 'refuse'
  | 'mark-masquerade'
  | 'mark-drop'
  | 'masquerade'
  | 'forward'
  | 'drop-marked'
  /** Keeps other ports of Service addresses closed, and source ranges, in IPVS mode. */
  | 'ipvs-filter'
  /** Holds no rules: that it is there tells something. */
  | 'canary';

const FIXED: Readonly<Record<FixedChain, ChainRole>> = {
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

/** Prefixes of chains that stand for a Service port, or for one endpoint of it. */
export type ChainPrefix = 'SVC' | 'SVL' | 'EXT' | 'FW' | 'XLB' | 'SEP';

const PREFIXES: Readonly<Record<ChainPrefix, ChainRole>> = {
  SVC: 'service',
  SVL: 'local',
  EXT: 'external',
  FW: 'source-ranges',
  XLB: 'external-local',
  SEP: 'endpoint',
};

/** Roles of the chains of one Service port. */
export const OF_SERVICE = ['service', 'local', 'external', 'source-ranges', 'external-local'] as const;
/** Roles of the chains that choose an endpoint. */
export const CHOOSING = ['service', 'local', 'external-local'] as const;

/** @returns what a chain of this name is for; null where it is none of kube-proxy's or kubelet's in iptables and ipvs mode. */
export function roleOf(chain: string): ChainRole | null {
  if (!chain.startsWith(KUBE)) return null;
  // Of a hundred thousand chains nearly all are these: no part of their names is cut out, nor hashed.
  for (const [begin, role] of BEGINS) if (chain.startsWith(begin, KUBE.length)) return role;
  return Object.hasOwn(FIXED, chain) ? FIXED[chain as FixedChain] : null;
}

const BEGINS = Object.entries(PREFIXES)
  .map(([prefix, role]) => [`${prefix}-`, role] as const)
  .reverse();

/** @returns what the names of chains with these roles begin with; a fixed chain's whole name. */
export function beginningsOf(...roles: readonly ChainRole[]): string[] {
  const many = BEGINS.filter(([, role]) => roles.includes(role)).map(([begin]) => KUBE + begin);
  const single = Object.entries(FIXED).filter(([, role]) => roles.includes(role));
  return [...many, ...single.map(([name]) => name)];
}

/** @returns true where a chain of this name is for one of these; false where there is no chain. */
export function hasRole(chain: string | null | undefined, ...roles: readonly ChainRole[]): boolean {
  const role = chain === null || chain === undefined ? null : roleOf(chain);
  return role !== null && roles.includes(role);
}

/** @returns true for a chain that stands for one Service port or one endpoint. */
export function isOfOneService(chain: string | null | undefined): boolean {
  return hasRole(chain, 'endpoint', ...OF_SERVICE);
}

/** @returns true for names that begin as those of kube-proxy, kubelet and kube-router do. */
export function isKubeChain(chain: string | null | undefined): boolean {
  return chain?.startsWith(KUBE) === true;
}

/** @returns the name of a chain of a Service port or endpoint. */
export function chainName(prefix: ChainPrefix, hash: string): string {
  return `${KUBE}${prefix}-${hash}`;
}

/** What the chains of endpoints begin with, as it is told of many. */
export const ENDPOINT_CHAINS = `${KUBE}SEP`;

const IN_TEXT = /KUBE-[A-Z]+-[A-Z2-7]+/g;

/** @returns the chains of Services and endpoints that a comment names. */
export function chainsIn(comment: string): string[] {
  return comment.match(IN_TEXT) ?? [];
}

/** @returns the comment with other names for such chains. */
export function replaceChains(comment: string, rename: (chain: string) => string): string {
  return comment.replace(IN_TEXT, rename);
}

/** @returns true for chains of kube-proxy's IPVS mode only (pkg/proxy/ipvs/proxier.go). */
export function isOfIpvsMode(chain: string): boolean {
  return chain === CHAINS.ipvsLoadBalancer || chain === CHAINS.ipvsNodePort || chain === CHAINS.ipvsFilter;
}

/** @returns the name of a set of IPVS mode: `CLUSTER-IP`, `NODE-PORT-TCP`; ipset holds 31 characters (getIPSetName). */
export function ipvsSet(what: string, family: Family): string {
  return `${KUBE}${family === 'ipv6' ? '6-' : ''}${what}`.slice(0, 31);
}

const SETS =
  /^KUBE-(?:6-)?(LOOP-BACK|CLUSTER-IP|EXTERNAL-IP(?:-LOCAL)?|LOAD-BALANCER(?:-[A-Z-]+)?|NODE-PORT-[A-Z-]+|HEALTH-CHECK-NODE-PORT|IPVS-IPS)$/;

/** @returns which set of kube-proxy's IPVS mode this is (pkg/proxy/ipvs/ipset.go), of either family; null for any other. */
export function ipvsSetIn(name: string): string | null {
  return SETS.exec(name)?.[1] ?? null;
}
