import type { Backend, HookName, TableName } from '../iptables/ruleset.ts';

/** What runs at a hook: a table's built-in chain, or connection tracking looking the packet up. */
export type HookEntry = {
  readonly priority: number;
} /** `backend` is set where the two backends hang the same table at different priorities. */ & (
  | { readonly kind: 'table'; readonly table: TableName; readonly backend?: Backend }
  | { readonly kind: 'conntrack' }
);

/**
 * Who runs where, in the kernel's order: lower priority first (include/uapi/linux/netfilter_ipv4.h, the same for IPv6).
 * nat stands at dstnat (−100) where it changes destinations and at srcnat (100) where it changes sources; at INPUT
 * it changes sources, so it runs late there. x_tables hangs security at 50 (NF_IP_PRI_SECURITY), iptables-nft at 150
 * (xtables_ipv4 in iptables/nft.c, 1.8.9): at INPUT the one comes before nat, the other after it.
 */
export const HOOKS: Readonly<Record<HookName, readonly HookEntry[]>> = {
  PREROUTING: [
    { priority: -300, kind: 'table', table: 'raw' },
    { priority: -200, kind: 'conntrack' },
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: -100, kind: 'table', table: 'nat' },
  ],
  INPUT: [
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: 0, kind: 'table', table: 'filter' },
    { priority: 50, kind: 'table', table: 'security', backend: 'iptables-legacy' },
    { priority: 100, kind: 'table', table: 'nat' },
    { priority: 150, kind: 'table', table: 'security', backend: 'iptables-nft' },
  ],
  FORWARD: [
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: 0, kind: 'table', table: 'filter' },
    { priority: 50, kind: 'table', table: 'security', backend: 'iptables-legacy' },
    { priority: 150, kind: 'table', table: 'security', backend: 'iptables-nft' },
  ],
  OUTPUT: [
    { priority: -300, kind: 'table', table: 'raw' },
    { priority: -200, kind: 'conntrack' },
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: -100, kind: 'table', table: 'nat' },
    { priority: 0, kind: 'table', table: 'filter' },
    { priority: 50, kind: 'table', table: 'security', backend: 'iptables-legacy' },
    { priority: 150, kind: 'table', table: 'security', backend: 'iptables-nft' },
  ],
  POSTROUTING: [
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: 100, kind: 'table', table: 'nat' },
  ],
};
