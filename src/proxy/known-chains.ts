import type { KnownChains } from '../iptables/known-chains.ts';
import { adoptRows } from './adopt-rows.ts';
import { CHAINS, isKubeChain, roleOf } from './chains.ts';
import { isWithoutInterfaces, tableOf } from './owners.ts';

/** Made with their rules in one transaction by every version (syncProxyRules of iptables and ipvs; kubelet's copies too). */
const NEVER_EMPTY: ReadonlySet<string> = new Set([CHAINS.forward, CHAINS.postrouting, CHAINS.markMasquerade]);

/** What the readers of iptables need to know of the chains of a Kubernetes node. */
export const KNOWN_CHAINS: KnownChains = {
  tableOf,
  // kube-proxy jumps to its chain of nat for every packet, to that of filter for new connections only.
  tableOfJump: (target, text) =>
    target !== CHAINS.services ? null : /\bctstate NEW(?: |$)/.test(text) ? 'filter' : 'nat',
  isLikelyOfNat: isKubeChain,
  // kube-proxy names interfaces only where it is told to find local Pods by bridge or interface name.
  isWithoutInterfaces: (chain) => roleOf(chain) !== null || isWithoutInterfaces(chain),
  isEnteredWithoutInterfaces: (chain) => roleOf(chain) !== null,
  // Both are of one transaction, of kube-proxy in every mode that has them and of kubelet up to 1.27.
  madeTogether: [[CHAINS.postrouting, CHAINS.markMasquerade]],
  isNeverEmpty: (chain) => NEVER_EMPTY.has(chain),
  // Also those that only set a mark or an entry of a list have -j (pkg/proxy/iptables, pkg/proxy/ipvs, kubelet_network_linux.go).
  isAlwaysTargeted: (chain) => roleOf(chain) !== null,
  adoptRows,
};
