/** In IPVS mode the sets decide with the rules: without them each rule may match. */
export const NO_SETS = 'the capture has no ipsets, which the rules of IPVS mode ask';

/** In nftables mode. */
export const NO_TABLE = 'kube-proxy runs in nftables mode, and nft lists no whole table of it';

/** nft shows a part of what rules of iptables ask. */
export const NO_DUMP =
  'the rules of iptables were not captured (`iptables-save -c`, `ip6tables-save -c`): nft does not list all that they ask';

/** Why the rules of other proxy modes are not compared with the API. */
export const MODE_REASONS: Readonly<Record<'nftables' | 'ipvs' | 'userspace', string>> = {
  nftables: 'kube-proxy runs in nftables mode, and its rules were not captured (`nft -j list ruleset`)',
  ipvs: 'kube-proxy runs in IPVS mode, and IPVS was not captured (`ipvsadm-save -n`)',
  userspace: 'kube-proxy runs in userspace mode, where no rule names an endpoint',
};
