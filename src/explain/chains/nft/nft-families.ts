import type { NftFamily } from '../../../nftables/ruleset.ts';
import type { ChainItem } from '../../chain-list.ts';

/** nft's families as chains of all kinds have them. */
export const FAMILIES: Readonly<Record<NftFamily, ChainItem['family']>> = {
  ip: 'ipv4',
  ip6: 'ipv6',
  inet: 'inet',
  arp: 'arp',
  bridge: 'bridge',
  netdev: 'netdev',
};
