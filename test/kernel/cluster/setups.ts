import type { Others } from './iptables-rules.ts';

/** How a node's kube-proxy writes its rules. */
export type Mode = 'iptables-nft' | 'iptables-legacy' | 'nftables';

/** One node of a set-up. */
export interface NodeSetup {
  readonly mode: Mode;
  readonly others: Others;
  /** `ip` commands after the network was made. */
  readonly ip?: readonly string[];
  readonly sysctls?: Readonly<Record<string, number>>;
}

/** Two nodes, and what is between them. */
export interface Setup {
  readonly name: string;
  readonly between: 'routed' | 'vxlan' | 'ipip';
  readonly n1: NodeSetup;
  readonly n2: NodeSetup;
}

const NONE: Others = { forward: 'ACCEPT', nat: [], filter: [] };

function sound(mode: Mode): NodeSetup {
  return { mode, others: NONE };
}

/** In each the nodes differ in how their rules are written; from the second on something is in the way. */
export const SETUPS: readonly Setup[] = [
  { name: 'routed', between: 'routed', n1: sound('iptables-nft'), n2: sound('iptables-legacy') },
  {
    name: 'routed, node 2 forwards nothing of its own accord',
    between: 'routed',
    n1: sound('nftables'),
    n2: { mode: 'iptables-nft', others: { ...NONE, forward: 'DROP' } },
  },
  { name: 'VXLAN', between: 'vxlan', n1: sound('iptables-legacy'), n2: sound('nftables') },
  {
    name: 'VXLAN, node 1 gives what it sends on an address that nobody has, and rp_filter is on',
    between: 'vxlan',
    n1: {
      mode: 'iptables-nft',
      others: { ...NONE, nat: ['-A POSTROUTING -o flannel.1 -p udp -j SNAT --to-source 172.31.9.9'] },
      sysctls: { 'net.ipv4.conf.all.rp_filter': 1 },
    },
    n2: { mode: 'iptables-legacy', others: NONE, sysctls: { 'net.ipv4.conf.all.rp_filter': 1 } },
  },
  { name: 'IPIP', between: 'ipip', n1: sound('nftables'), n2: sound('iptables-legacy') },
  {
    name: 'IPIP, node 2 has no route back to the pods of node 1, and drops what comes for one port',
    between: 'ipip',
    n1: sound('iptables-legacy'),
    n2: {
      mode: 'iptables-nft',
      others: { ...NONE, filter: ['-A INPUT -p tcp -m tcp --dport 9000 -j DROP'] },
      ip: ['route replace blackhole 10.244.1.0/24'],
    },
  },
];

/** @returns the same with legacy rules on both nodes: a kernel may have IPIP and no families of nf_tables. */
export function withLegacyRules(setups: readonly Setup[]): Setup[] {
  const legacy = (node: NodeSetup): NodeSetup => ({ ...node, mode: 'iptables-legacy' });
  return setups.map((setup) => ({
    ...setup,
    name: `${setup.name} (legacy rules)`,
    n1: legacy(setup.n1),
    n2: legacy(setup.n2),
  }));
}
