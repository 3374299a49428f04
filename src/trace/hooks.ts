import type { HookName, TableName } from '../iptables/ruleset.ts';

/** What runs at a hook: a table's built-in chain, or connection tracking looking the packet up. */
export type HookEntry = { readonly priority: number } & (
  | { readonly kind: 'table'; readonly table: TableName }
  | { readonly kind: 'conntrack' }
);

/**
 * Who runs where, in the kernel's order: lower priority first (include/uapi/linux/netfilter_ipv4.h, the same for IPv6).
 * nat stands at dstnat (−100) where it changes destinations and at srcnat (100) where it changes sources; at INPUT
 * it changes sources, so it runs last there.
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
    { priority: 50, kind: 'table', table: 'security' },
    { priority: 100, kind: 'table', table: 'nat' },
  ],
  FORWARD: [
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: 0, kind: 'table', table: 'filter' },
    { priority: 50, kind: 'table', table: 'security' },
  ],
  OUTPUT: [
    { priority: -300, kind: 'table', table: 'raw' },
    { priority: -200, kind: 'conntrack' },
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: -100, kind: 'table', table: 'nat' },
    { priority: 0, kind: 'table', table: 'filter' },
    { priority: 50, kind: 'table', table: 'security' },
  ],
  POSTROUTING: [
    { priority: -150, kind: 'table', table: 'mangle' },
    { priority: 100, kind: 'table', table: 'nat' },
  ],
};
