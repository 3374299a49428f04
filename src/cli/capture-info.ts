import type { Manifest } from '../capture/manifest.ts';
import type { CaptureInfo, ProxyMode } from '../explain/explanation.ts';
import type { Ruleset } from '../iptables/ruleset.ts';

/** What the mode of kube-proxy is read from. */
export interface ModeEvidence {
  /** The manifest's word, or null. */
  readonly told: string | null;
  readonly rulesets: readonly Ruleset[];
  /** True where nf_tables holds a table `kube-proxy`. */
  readonly nftTable: () => boolean;
  /** True where ipvsadm listed a virtual server. */
  readonly ipvsServers: boolean;
}

const MODES: readonly ProxyMode[] = ['iptables', 'nftables', 'ipvs', 'userspace', 'none'];

/**
 * Tells how kube-proxy works on the node: as the capture's manifest says, else by what only one mode writes. Rules of
 * a mode that was left behind do not outvote the manifest.
 */
export function findProxyMode(evidence: ModeEvidence): ProxyMode {
  const told = MODES.find((mode) => mode === evidence.told);
  if (told !== undefined) return told;
  if (hasChain(evidence.rulesets, (name) => name.startsWith('KUBE-PORTALS-'))) return 'userspace';
  const ipvs = hasChain(evidence.rulesets, (name) => IPVS_CHAINS.has(name));
  const iptables =
    hasChain(evidence.rulesets, (name) => name.startsWith('KUBE-SVC-')) &&
    !(ipvs && leadsPastServiceChains(evidence.rulesets));
  if (!iptables && evidence.nftTable()) return 'nftables';
  if (!iptables && (evidence.ipvsServers || ipvs)) return 'ipvs';
  return iptables || hasChain(evidence.rulesets, (name) => name === 'KUBE-SERVICES') ? 'iptables' : 'none';
}

/** Chains of kube-proxy's ipvs mode only (pkg/proxy/ipvs/proxier.go). */
const IPVS_CHAINS: ReadonlySet<string> = new Set([
  'KUBE-LOAD-BALANCER',
  'KUBE-NODE-PORT',
  'KUBE-IPVS-FILTER',
]);

/** Whether KUBE-SERVICES was captured and leads to no chain of a Service: such chains are then left over from iptables mode. */
function leadsPastServiceChains(rulesets: readonly Ruleset[]): boolean {
  const portals = rulesets.flatMap(({ tables }) => tables.get('nat')?.chains.get('KUBE-SERVICES') ?? []);
  return (
    portals.length > 0 &&
    portals.every(({ rules }) => {
      for (let index = 0; index < rules.length; index++) {
        if (/^KUBE-(?:SVC|SVL|EXT|FW|XLB)-/.test(rules.targetName(index) ?? '')) return false;
      }
      return true;
    })
  );
}

function hasChain(rulesets: readonly Ruleset[], wanted: (name: string) => boolean): boolean {
  for (const ruleset of rulesets) {
    for (const name of ruleset.tables.get('nat')?.chains.keys() ?? []) if (wanted(name)) return true;
    for (const name of ruleset.tables.get('filter')?.chains.keys() ?? []) if (wanted(name)) return true;
  }
  return false;
}

/** @returns the head of every document. */
export function describeCapture(
  origin: string,
  manifest: Manifest,
  mode: ProxyMode,
  rulesets: readonly Ruleset[],
): CaptureInfo {
  const backends = new Set<string>(rulesets.map((ruleset) => ruleset.backend));
  if (mode === 'nftables' || mode === 'ipvs') backends.add(mode);
  return {
    origin,
    node: manifest.node,
    takenAt: manifest.takenAt,
    proxyMode: mode,
    backends: [...backends],
  };
}
