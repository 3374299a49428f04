import { NFT_OBJECTS } from './nft-roles.ts';

/** A base chain that kube-proxy makes in its nft table. */
export interface NftBaseChain {
  readonly name: string;
  /** What other versions call it. */
  readonly otherName?: string;
  /** As nft spells it. */
  readonly hooked: string;
  /** The chains that it leads to, in this order, and for which packets. */
  readonly leads: readonly { readonly to: string; readonly condition: '' | 'ct state new' }[];
}

/** The chains that only take packets out, so that one which comes to none of them goes on. */
export const NFT_CHECKS = {
  firewall: 'firewall-check',
  nodePorts: 'nodeport-endpoints-check',
  services: 'service-endpoints-check',
  clusterIps: 'cluster-ips-check',
} as const;

const NEW = 'ct state new';

/** nftablesBaseChains and nftablesJumpChains of pkg/proxy/nftables/proxier.go, 1.31; 1.29 and 1.36 differ in names. */
export const NFT_BASE_CHAINS: readonly NftBaseChain[] = [
  {
    name: 'filter-prerouting-pre-dnat',
    otherName: 'filter-prerouting',
    hooked: 'type filter hook prerouting priority -110; policy accept;',
    leads: [{ to: NFT_CHECKS.firewall, condition: NEW }],
  },
  {
    name: 'filter-output-pre-dnat',
    hooked: 'type filter hook output priority -110; policy accept;',
    leads: [{ to: NFT_CHECKS.firewall, condition: NEW }],
  },
  {
    name: 'nat-prerouting',
    hooked: 'type nat hook prerouting priority -100; policy accept;',
    leads: [{ to: NFT_OBJECTS.services, condition: '' }],
  },
  {
    name: 'nat-output',
    hooked: 'type nat hook output priority -100; policy accept;',
    leads: [{ to: NFT_OBJECTS.services, condition: '' }],
  },
  {
    name: 'filter-input',
    hooked: 'type filter hook input priority 0; policy accept;',
    leads: [
      { to: NFT_CHECKS.nodePorts, condition: NEW },
      { to: NFT_CHECKS.services, condition: NEW },
    ],
  },
  {
    name: 'filter-forward',
    hooked: 'type filter hook forward priority 0; policy accept;',
    leads: [
      { to: NFT_CHECKS.services, condition: NEW },
      { to: NFT_CHECKS.clusterIps, condition: NEW },
    ],
  },
  {
    name: 'filter-output',
    otherName: 'filter-output-post-dnat',
    hooked: 'type filter hook output priority 0; policy accept;',
    leads: [
      { to: NFT_CHECKS.services, condition: NEW },
      { to: NFT_CHECKS.clusterIps, condition: NEW },
    ],
  },
  {
    name: 'nat-postrouting',
    hooked: 'type nat hook postrouting priority 100; policy accept;',
    leads: [{ to: NFT_OBJECTS.masquerading, condition: '' }],
  },
];
