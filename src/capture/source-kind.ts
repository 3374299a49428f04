/** What an input is. `empty` and `unknown` are answers too. */
export type SourceKind =
  /** `iptables-save`, `iptables -S`, or some lines of either. */
  | 'iptables-save'
  /** `iptables -L` in any form. */
  | 'iptables-listing'
  | 'conntrack'
  | 'conntrack-stats'
  /** Flows that a helper expects: /proc/net/nf_conntrack_expect, `conntrack -L expect`. */
  | 'conntrack-expect'
  | 'ipset'
  | 'ip-addr'
  | 'ip-route'
  | 'ip-rule'
  /** `ip addrlabel`, also `-j`. */
  | 'ip-addrlabel'
  /** `ip xfrm policy`. */
  | 'ip-xfrm-policy'
  /** `ebtables-legacy-save`, `ebtables -L`: rules of bridges. */
  | 'ebtables'
  | 'nft'
  /** `nft list hooks`. */
  | 'nft-hooks'
  | 'sysctl'
  /** `ss -ltnu`. */
  | 'sockets'
  /** Virtual servers: `ipvsadm-save -n`, `ipvsadm -Ln`, /proc/net/ip_vs. */
  | 'ipvs'
  /** `ipvsadm -Lnc`, /proc/net/ip_vs_conn. */
  | 'ipvs-connections'
  /** `cilium-dbg service list`, also `-o json`, `cilium-dbg bpf lb list -o json`. */
  | 'cilium-services'
  | 'kubernetes'
  /** `kubectl get svc`, `kubectl get pods -o wide`, `kubectl describe svc`, …: tables for people. */
  | 'kubectl-table'
  | 'manifest'
  /** What counters did between two samples. */
  | 'counter-sample'
  | 'expectations'
  | 'recent'
  | 'empty'
  | 'unknown';

/** What the content of an input told. */
export interface Recognised {
  readonly kind: SourceKind;
  /** Null where the content does not tell, or may hold both. */
  readonly family: 'ipv4' | 'ipv6' | null;
  /** For `unknown` and `empty`: what it looks like, as a clause without final stop; else null. */
  readonly looksLike: string | null;
}
