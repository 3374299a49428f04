import { dictionary } from '../lookup/dictionary.ts';
import type { Family } from '../net/address.ts';
import type { ProblemList } from '../problems/problem.ts';

/** When chains were hooked: of two at one priority the higher was hooked later, and is asked first. */
export type HookRanks = ReadonlyMap<string, number>;

/** Hooks of both protocols. Keys are `inet firewalld filter_FORWARD`; of x_tables, whose chains have no names there, see {@link legacyKey}. */
export type HookOrder = Readonly<Record<Family, HookRanks>>;

/** @returns the key of a legacy table's chain at a hook. */
export function legacyKey(hook: string, priority: number): string {
  return `x_tables ${hook.toLowerCase()} ${priority}`;
}

const FAMILIES = dictionary<Family>({ ip: 'ipv4', ip6: 'ipv6' });

/** Modules of x_tables: `ip_tables`, and before Linux 5.16 one for each table. */
const X_TABLES = /^ip6?_tables$|^ip6?table_\w+$/;

/**
 * Reads `nft list hooks`, which lists what stands at each hook in the order in which it is asked. Only nft as text prints
 * it (with -j 1.0.6 and 1.1.3 abort), and only with NETFILTER_NETLINK_HOOK in the kernel.
 * @returns null where the text lists no hook. Never throws.
 */
export function parseHooks(text: string, file: string, problems: ProblemList): HookOrder | null {
  const order = { ipv4: new Map<string, number>(), ipv6: new Map<string, number>() };
  let family: Family | undefined;
  let hook = '';
  let found = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const section = /^family (\w+)(?: hook (\w+))? \{$/.exec(line);
    const inside = /^hook (\w+)(?: device \S+)? \{$/.exec(line);
    const entry = /^([+-]?\d+) (.+)$/.exec(line);
    if (section !== null) {
      family = FAMILIES[section[1] ?? ''];
      hook = section[2] ?? '';
    } else if (inside !== null) hook = inside[1] ?? '';
    else if (entry !== null) {
      found = true;
      // The list is in the order of asking, so that a later line is an earlier hooking.
      if (family !== undefined) enter(order[family], entry[2] ?? '', hook, Number(entry[1]), -index);
    } else if (line !== '' && line !== '}')
      problems.add('unreadable-line', { of: 'nft-hooks' }, file, index + 1);
  }
  return found ? order : null;
}

function enter(ranks: Map<string, number>, what: string, hook: string, priority: number, rank: number): void {
  const [, family, table, chain] = /^chain (\w+) (\S+) (\S+)(?: \[.*)?$/.exec(what) ?? [];
  if (chain !== undefined) ranks.set(`${family} ${table} ${chain}`, rank);
  else if (X_TABLES.test(/\[(\S+)\]$/.exec(what)?.[1] ?? '')) ranks.set(legacyKey(hook, priority), rank);
}
