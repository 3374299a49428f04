import { isOfIptables } from './iptables-chains.ts';
import type { NftRuleset } from './ruleset.ts';

/** What others ask of a listing without walking it: its base chains. */
export interface NftSummary {
  /** Base chains of the tables that iptables-nft uses (`ip`/`ip6` families, iptables' names), as `ipv4 nat PREROUTING`. */
  readonly iptablesBaseChains: ReadonlySet<string>;
  /** Base chains of native tables: firewalls and kube-proxy's nftables mode. */
  readonly nativeChains: readonly {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly hook: string;
    readonly priority: number;
    readonly policy: string;
    readonly rules: number;
  }[];
  /** True where a table `kube-proxy` exists in family ip or ip6. */
  readonly kubeProxyTable: boolean;
  /** Only parts of the rule set were listed: there may be other tables and chains. */
  readonly part?: true;
}

/** @returns the base chains of a listing; null of one that broke off, as half of it must not pass for all. */
export function summaryOf({ tables, cutAt, part }: NftRuleset): NftSummary | null {
  if (cutAt !== null) return null;
  const iptablesBaseChains = new Set<string>();
  const nativeChains: NftSummary['nativeChains'][number][] = [];
  for (const { chains } of tables.values()) {
    for (const chain of chains.hooked()) {
      const { base, family, table, name, rules } = chain;
      if (base === null) continue;
      const { hook, priority, policy } = base;
      if (isOfIptables(chain))
        iptablesBaseChains.add(`${family === 'ip' ? 'ipv4' : 'ipv6'} ${table} ${name}`);
      else
        nativeChains.push({
          family,
          table,
          chain: name,
          hook,
          priority: priority ?? 0,
          policy,
          rules: rules.length,
        });
    }
  }
  const kubeProxyTable = tables.has('ip kube-proxy') || tables.has('ip6 kube-proxy');
  return { iptablesBaseChains, nativeChains, kubeProxyTable, ...(part === true ? { part } : {}) };
}
