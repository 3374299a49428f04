import type { FlowTable } from '../conntrack/flow-table.ts';
import type { Expectation, Host } from '../host/facts.ts';
import type { Chain, HookName, Rule, Ruleset, TableName } from '../iptables/ruleset.ts';
import type { NatRange } from '../iptables/target.ts';
import type { IpvsTable } from '../ipvs/table.ts';
import type { Family } from '../net/address.ts';
import { isOfIptables } from '../nftables/iptables-chains.ts';
import type { HookRanks } from '../nftables/parse-hooks.ts';
import type { NftRuleset } from '../nftables/ruleset.ts';
import type { Twins } from './twins.ts';

/** IPVS of the node; `not-captured` where it balances here, and was not listed; null where nothing tells of it. */
export type Ipvs = IpvsTable | 'not-captured' | null;

/** Everything a trace is computed from, besides the packet. */
export interface World {
  /** The rules of the packet's family, of each backend that has some; in any order. */
  readonly rulesets: readonly Ruleset[];
  /** Native nft tables, and those of iptables-nft as nft lists them; null where nft's listing was not captured. */
  readonly nft?: NftRuleset | null;
  /** When chains were hooked, as `nft list hooks` tells it. Null: not captured. */
  readonly nftHooks?: HookRanks | null;
  readonly host: Host;
  readonly flows: FlowTable | null;
  /** Connections that helpers announced, where they count. */
  readonly expected?: readonly Expectation[] | null;
  /** Absent: nothing tells of it. */
  readonly ipvs?: Ipvs;
  /** IPVS that stands there and is not followed: a packet to one of its virtual servers ends there, unknown. Instead of `ipvs`. */
  readonly ipvsBeyond?: IpvsTable;
  /** Tells endpoints that fare alike. Null or absent: each is followed. */
  readonly twins?: Twins | null;
  /**
   * Where a DNAT rule leads whose dump does not say so (`[unsupported revision]`); null where nobody knows.
   * @param jump the rule that led to its chain
   */
  readonly recoverDestination: (rule: Rule, jump: Rule | null) => NatRange | null;
}

/**
 * Whether the kernel has this built-in chain, so that a packet meets at least its policy. x_tables makes all chains of
 * a table at once; iptables-nft makes a base chain when it is first written to, and iptables-save prints the others as
 * if they were there.
 * @returns the chain where it exists.
 */
export function baseChain(world: World, ruleset: Ruleset, table: TableName, hook: HookName): Chain | null {
  const chain = ruleset.tables.get(table)?.chains.get(hook);
  if (chain === undefined || chain.policy === null)
    return chain !== undefined && chain.rules.length > 0 ? chain : null;
  if (ruleset.backend === 'iptables-legacy') return chain;
  if (chain.rules.length > 0 || chain.policy === 'DROP' || chain.cut !== undefined) return chain;
  const listed = world.nft?.tables
    .get(`${ruleset.family === 'ipv4' ? 'ip' : 'ip6'} ${table}`)
    ?.chains.get(hook);
  if (listed !== undefined && isOfIptables(listed)) return chain;
  return world.host.nft?.iptablesBaseChains.has(nftName(ruleset.family, table, hook)) ? chain : null;
}

function nftName(family: Family, table: TableName, hook: HookName): string {
  return `${family} ${table} ${hook}`;
}
