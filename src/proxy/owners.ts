/** Who makes chains of this name. The first pattern that fits decides, so exceptions stand before the rule. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^KUBE-(?:KUBELET-CANARY|IPTABLES-HINT)$/, 'kubelet'],
  [/^KUBE-(?:ROUTER|POD-FW|NWPLCY)(?:-|$)/, 'kube-router'],
  [/^KUBE-/, 'kube-proxy'],
  [/^cali(?:-|co-)|^felix-/, 'calico'],
  [/^(?:OLD_)?CILIUM_/, 'cilium'],
  [/^FLANNEL-/, 'flannel'],
  [/^WEAVE(?:-|$)/, 'weave'],
  [/^AWS-(?:SNAT|CONNMARK)-CHAIN-/, 'aws-vpc-cni'],
  [/^AZURE-NPM(?:-|$)/, 'azure-npm'],
  [/^SWIFT(?:-|$)/, 'azure-cni'],
  [/^DOCKER(?:-|$)|^DOCKER_OUTPUT$|^DOCKER_POSTROUTING$/, 'docker'],
  [/^CNI-(?:HOSTPORT-|DN-|SN-)/, 'cni-portmap'],
  [/^CNI-(?:FORWARD|ADMIN)$/, 'cni-firewall'],
  [/^CNI-ISOLATION-/, 'cni-plugins'],
  [/^CNI-[0-9a-f]{24}$/, 'cni-bridge'],
  [/^NETAVARK[-_]/, 'podman'],
  [/^IP-MASQ(?:-AGENT)?$/, 'ip-masq-agent'],
  [/^ANTREA-/, 'antrea'],
  [/^OVN-KUBE-/, 'ovn-kubernetes'],
  [/^ISTIO_/, 'istio'],
  [/^PROXY_INIT_/, 'linkerd'],
  [/^KUMA_MESH_/, 'kuma'],
  [/^LIBVIRT_/, 'libvirt'],
  [/^ufw6?-/, 'ufw'],
  [/^(?:IN|FWD|FWDI|FWDO|PRE|POST)_[A-Za-z0-9-]+(?:_(?:pre|log|deny|allow|post))?$/, 'firewalld'],
  [
    /^(?:INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)_(?:direct|ZONES|ZONES_SOURCE|POLICIES_pre|POLICIES_post|IN_ZONES|OUT_ZONES|IN_ZONES_SOURCE|OUT_ZONES_SOURCE)$/,
    'firewalld',
  ],
  [/^f2b-/, 'fail2ban'],
  [/^ts-(?:input|forward|postrouting)$/, 'tailscale'],
  [/^NETBIRD-/, 'netbird'],
  // kube-proxy in nftables mode writes the Service's name into the chain's.
  [/^(?:service|external|firewall|endpoint|local)-[A-Z2-7]{8}-/, 'kube-proxy'],
];

/** @returns the program that makes chains of this name, or null where the name tells nothing (`INPUT`, a chain of one's own). */
export function ownerOf(chainName: string): string | null {
  return OWNERS.find(([pattern]) => pattern.test(chainName))?.[1] ?? null;
}

/** Comments that betray who wrote a rule straight into a built-in chain, or into a chain of someone else. */
const COMMENT_OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^NodeLocal DNS Cache: /, 'node-local-dns'],
  [/^ip-masq(?:-agent)?: /, 'ip-masq-agent'],
  [/^cali:/, 'calico'],
  [/^cilium(?:-feeder)?: /, 'cilium'],
  [/^flanneld /, 'flannel'],
  [/^Antrea: /, 'antrea'],
  [/^AWS, |^AWS SNAT CHAIN/, 'aws-vpc-cni'],
  [/^localdns: /, 'aks-localdns'],
  [/^metadata-concealment: /, 'gke'],
  [/^CNI portfwd |^dnat name: "/, 'cni-portmap'],
  [/^CNI firewall plugin /, 'cni-firewall'],
  [/^name: "[^"]*" id: "/, 'cni-bridge'],
  [/^rule to (?:permit|explicitly|mark|log|REJECT|drop|ACCEPT)|^kube-router /, 'kube-router'],
  [
    /^kubernetes (?:service|externally|forwarding|postrouting|load balancer|health check|firewall)/,
    'kube-proxy',
  ],
  [
    /^block incoming localnet connections$|^Redirect pods trying to reach external loadbalancer VIP/,
    'kube-proxy',
  ],
  [/^handle (?:ClusterIPs|service NodePorts); NOTE: |^Ensure that non-local NodePort traffic/, 'kube-proxy'],
];

/** @returns the program that writes comments like this one, or null. A comment is a hint: anyone can write it. */
export function ownerOfComment(comment: string): string | null {
  return COMMENT_OWNERS.find(([pattern]) => pattern.test(comment))?.[1] ?? null;
}

export { purposeOf } from './purposes.ts';
