import { adoptRows } from './adopt-rows.js';
import { CHAINS, isKubeChain, roleOf } from './chains.js';
import { isWithoutInterfaces, tableOf } from './owners.js';
/** What the readers of iptables need to know of the chains of a Kubernetes node. */
export const KNOWN_CHAINS = {
    tableOf,
    // kube-proxy jumps to its chain of nat for every packet, to that of filter for new connections only.
    tableOfJump: (target, text) => target !== CHAINS.services ? null : /\bctstate NEW(?: |$)/.test(text) ? 'filter' : 'nat',
    isLikelyOfNat: isKubeChain,
    // kube-proxy names interfaces only where it is told to find local Pods by bridge or interface name.
    isWithoutInterfaces: (chain) => roleOf(chain) !== null || isWithoutInterfaces(chain),
    isEnteredWithoutInterfaces: (chain) => roleOf(chain) !== null,
    adoptRows,
};
