import type { Manifest } from '../capture/manifest.ts';
import type { CaptureInfo, ProxyMode } from '../explain/explanation.ts';
import { entersServices } from '../explain/proxies/enters-services.ts';
import type { Ruleset } from '../iptables/ruleset.ts';
import { CHAINS, hasRole, isOfIpvsMode } from '../proxy/chains.ts';

/** What the mode of kube-proxy is read from. */
export interface ModeEvidence {
  /** The manifest's word, or null. */
  readonly told: string | null;
  readonly rulesets: readonly Ruleset[];
  /** True where nf_tables holds a table `kube-proxy`. */
  readonly nftTable: () => boolean;
  /** True where ipvsadm listed a virtual server. */
  readonly ipvsServers: boolean;
  /** True where the node has the interface on which IPVS mode puts the addresses of Services. */
  readonly ipvsInterface: () => boolean;
}

const MODES: readonly ProxyMode[] = ['iptables', 'nftables', 'ipvs', 'userspace', 'none'];

/**
 * Tells how kube-proxy works on the node: as the capture's manifest says, else by what only one mode writes. Rules of
 * a mode that was left behind do not outvote the manifest.
 */
export function findProxyMode(evidence: ModeEvidence): ProxyMode {
  const told = MODES.find((mode) => mode === evidence.told);
  if (told !== undefined) return told;
  if (hasChain(evidence.rulesets, (name) => name === CHAINS.portalsHost || name === CHAINS.portalsContainer))
    return 'userspace';
  const iptables = hasChain(evidence.rulesets, (name) => hasRole(name, 'service'));
  // Chains of Services that no rule leads to may be left over; they count where no other mode has left a trace.
  if (iptables && evidence.rulesets.some(entersServices)) return 'iptables';
  if (evidence.nftTable()) return 'nftables';
  if (
    evidence.ipvsServers ||
    hasChain(evidence.rulesets, (name) => isOfIpvsMode(name)) ||
    evidence.ipvsInterface()
  )
    return 'ipvs';
  return iptables || hasChain(evidence.rulesets, (name) => name === CHAINS.services) ? 'iptables' : 'none';
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
