import type { Ruleset } from '../../iptables/ruleset.ts';
import type { Family } from '../../net/address.ts';
import { CHAINS } from '../../proxy/chains.ts';
import type { Known } from '../question/question.ts';
import { printsAllTables } from '../question/whole-dump.ts';

/** What would tell who carries Services, and is missing. */
export interface Silent {
  /** `the nft ruleset`, `the node’s interfaces and ipvsadm`: a list. */
  readonly text: string;
  readonly settle: string;
}

/**
 * Where the rules hold no chain of kube-proxy, it runs in another mode or not at all: nft and IPVS would tell. IPVS mode
 * cannot be without interface kube-ipvs0 (pkg/proxy/ipvs), so that the interfaces alone rule it out.
 * @returns what was not captured of these; null where the rules are not those of such a node, or where all were
 */
export function silentAbout(
  { proxyMode, rulesets, host, cluster }: Pick<Known, 'proxyMode' | 'rulesets' | 'host' | 'cluster'>,
  family: Family,
): Silent | null {
  const own = rulesets.filter((ruleset) => ruleset.family === family);
  if (proxyMode !== 'none' || !own.every(({ form }) => form === 'save')) return null;
  // Without Services, only chains of kubelet tell that this is a node of a cluster.
  if (cluster.services === null && !rulesets.some(isKubelets)) return null;
  const missing = [
    ...(own.some((ruleset) => ruleset.tables.has('nat') || printsAllTables(ruleset, rulesets))
      ? []
      : [
          [
            `the iptables rules (${family})`,
            family === 'ipv6' ? '`ip6tables-save -c`' : '`iptables-save -c`',
          ] as const,
        ]),
    ...(host.nft === null || host.nft.part === true
      ? [['the nft ruleset', '`nft -j list ruleset`'] as const]
      : []),
    ...(host.links === null
      ? [['IPVS and the interfaces', '`ipvsadm-save -n` and `ip -j addr`'] as const]
      : []),
  ];
  if (missing.length === 0) return null;
  return {
    text: missing.map(([what]) => what).join(', '),
    settle: `capture ${missing.map(([, command]) => command).join(' and ')}`,
  };
}

/** kubelet's own chains: pkg/kubelet/kubelet_network_linux.go. */
function isKubelets({ tables }: Ruleset): boolean {
  return [...tables.values()].some(
    ({ chains }) => chains.has(CHAINS.kubeletCanary) || chains.has(CHAINS.iptablesHint),
  );
}
