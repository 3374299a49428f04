import { splitChainName } from '../proxy/chain-name.ts';
import { ownerOf } from '../proxy/owners.ts';
import { letters } from './letters.ts';

/** Chains that programs make once on every node: their names tell nothing of the cluster. */
const COMMON = new RegExp(
  `^(?:${[
    'PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING',
    'KUBE-(?:SERVICES|EXTERNAL-SERVICES|NODEPORTS|POSTROUTING|FORWARD|FIREWALL|PROXY-FIREWALL|MARK-MASQ|MARK-DROP|LOAD-BALANCER|NODE-PORT|SOURCE-RANGES-FIREWALL)',
    'KUBE-(?:PROXY-CANARY|KUBELET-CANARY|IPTABLES-HINT|PORTALS-CONTAINER|PORTALS-HOST|NODEPORT-CONTAINER|NODEPORT-HOST|NODEPORT-NON-LOCAL)',
    'KUBE-(?:IPVS-FILTER|IPVS-OUT-FILTER|ROUTER-INPUT|ROUTER-FORWARD|ROUTER-OUTPUT|ROUTER-SERVICES|NWPLCY-DEFAULT|NWPLCY-COMMON)',
    'CNI-(?:HOSTPORT-DNAT|HOSTPORT-SNAT|HOSTPORT-MASQ|HOSTPORT-SETMARK|FORWARD|ADMIN|ISOLATION-STAGE-[12])',
    'cali-(?:[A-Z]+|PREROUTING|from-wl-dispatch|to-wl-dispatch|from-hep-forward|to-hep-forward|from-host-endpoint|to-host-endpoint|from-endpoint-mark|set-endpoint-mark|wl-to-host|rpf-skip|nat-outgoing|fip-dnat|fip-snat|cidr-block|forward-check|forward-endpoint-mark|failsafe-in|failsafe-out|to-hep-forward)',
    'FLANNEL-(?:POSTRTG|FWD)',
    'DOCKER(?:-USER|-FORWARD|-CT|-BRIDGE|-INTERNAL|-ISOLATION-STAGE-[12])?|DOCKER_OUTPUT|DOCKER_POSTROUTING',
    '(?:OLD_)?CILIUM_[A-Z_]+',
    'WEAVE(?:-NPC(?:-[A-Z]+)*|-EXPOSE|-CANARY|-IPSEC-[A-Z-]+)?',
    'AWS-(?:SNAT|CONNMARK)-CHAIN-\\d{1,2}',
    'IP-MASQ(?:-AGENT)?',
    'ANTREA-(?:FORWARD|INPUT|OUTPUT|MANGLE|POSTROUTING|PREROUTING|RAW)',
    'AZURE-NPM(?:-(?:ACCEPT|INGRESS|EGRESS|INGRESS-ALLOW-MARK|EGRESS-PORT|EGRESS-TO|INGRESS-PORT|INGRESS-FROM|TARGET-SETS|INGRESS-DROPS|EGRESS-DROPS))?',
    'ISTIO_[A-Z_]+|PROXY_INIT_(?:OUTPUT|REDIRECT)|LIBVIRT_[A-Z]{3}|NETAVARK(?:_[A-Z0-9]+|-[A-Z0-9-]*[A-Z])?|SWIFT(?:-POSTROUTING)?',
    'ufw6?-[a-z-]+|ts-(?:input|forward|postrouting)',
  ].join('|')})$`,
);

/** Names with an identifier in them: what stands before it, and how the program spells it. */
const IDENTIFIED: readonly (readonly [RegExp, number, 'base32' | 'hex'])[] = [
  [/^KUBE-(?:POD-FW|NWPLCY)-/, 16, 'base32'],
  [/^CNI-(?:DN|SN)-/, 21, 'hex'],
  [/^CNI-(?=[0-9a-f]{24}$)/, 24, 'hex'],
  [/^cali-(?:tw|fw|th|fh|thfw|fhfw|sm)-/, 11, 'hex'],
  [/^cali-(?:pi|po|pri|pro)-/, 16, 'hex'],
  [/^cali-/, 12, 'hex'],
  [/^felix-/, 12, 'hex'],
  [/^(?:WEAVE-NPC|NETAVARK|AZURE-NPM)-/, 12, 'base32'],
];

/**
 * Gives chains their new names. What stands for a Service is told from outside, by the hash of the new names; everything
 * else gets an identifier of the same form, so that who made it can still be told.
 */
export class ChainAliases {
  readonly #key: string;
  readonly #renamed = new Map<string, string>();

  constructor(key: string) {
    this.#key = key;
  }

  /** Says what a chain's new name is. The first word counts. */
  set(chain: string, renamed: string): void {
    if (!this.#renamed.has(chain)) this.#renamed.set(chain, renamed);
  }

  /** @returns true where the new name is settled: common, or set. */
  has(chain: string): boolean {
    return this.#renamed.has(chain) || COMMON.test(chain);
  }

  /** @returns the new name; at most 28 characters, as iptables allows. */
  rename(chain: string): string {
    if (COMMON.test(chain)) return chain;
    const known = this.#renamed.get(chain);
    if (known !== undefined) return known;
    const made = this.#make(chain);
    this.#renamed.set(chain, made);
    return made;
  }

  #make(chain: string): string {
    const seed = `${this.#key} chain ${chain}`;
    const parts = splitChainName(chain);
    if (parts !== null) return `KUBE-${parts.prefix}-${letters(seed, 16, 'base32')}`;
    for (const [pattern, length, alphabet] of IDENTIFIED) {
      const head = pattern.exec(chain)?.[0];
      if (head !== undefined) return head + letters(seed, length, alphabet);
    }
    const head = ownerOf(chain) === 'kube-proxy' ? 'KUBE-X-' : 'CHAIN-';
    return head + letters(seed, 12, 'base32');
  }
}
