import type { KnownChains } from '../iptables/known-chains.ts';
import { adoptRows } from './adopt-rows.ts';
import { CHAINS, isKubeChain, roleOf } from './chains.ts';
import { isWithoutInterfaces, tableOf } from './owners.ts';

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
  adoptRows,
};
