/** What well-known chains are for, in a sentence. The first pattern that fits decides. */
const PURPOSES: readonly (readonly [RegExp, string])[] = [
  [
    /^KUBE-SERVICES$/,
    'Finds the Service of a packet by its destination: one rule for each cluster IP, external IP and load balancer IP. In the filter table it rejects those without endpoints.',
  ],
  [
    /^KUBE-EXTERNAL-SERVICES$/,
    'Rejects or drops traffic from outside for Services that have no endpoints it may use.',
  ],
  [
    /^KUBE-NODEPORTS$/,
    'Finds the Service of a packet for the node by its node port. In the filter table it accepts health check ports.',
  ],
  [
    /^KUBE-MARK-MASQ$/,
    'Marks the packet so that KUBE-POSTROUTING gives it the address of the node as its source.',
  ],
  [
    /^KUBE-MARK-DROP$/,
    'Marks the packet so that KUBE-FIREWALL drops it. kubelet and kube-proxy up to 1.24 use it.',
  ],
  [/^KUBE-POSTROUTING$/, 'Masquerades packets that KUBE-MARK-MASQ marked, and takes the mark away.'],
  [
    /^KUBE-FORWARD$/,
    'Drops forwarded packets in state INVALID, and accepts Service traffic and its answers where the policy would drop them.',
  ],
  [/^KUBE-FIREWALL$/, 'Drops packets marked for dropping, and packets from elsewhere for 127.0.0.0/8.'],
  [
    /^KUBE-PROXY-FIREWALL$/,
    'Drops what goes to a load balancer IP from outside its loadBalancerSourceRanges.',
  ],
  [
    /^KUBE-PROXY-CANARY$/,
    'Holds no rules: when it disappears, kube-proxy knows that someone flushed the table and writes its rules again.',
  ],
  [
    /^KUBE-KUBELET-CANARY$/,
    'Holds no rules: when it disappears, kubelet knows that someone flushed the table and writes its rules again.',
  ],
  [
    /^KUBE-IPTABLES-HINT$/,
    'Holds no rules: kubelet shows other programs whether the node uses iptables-nft or iptables-legacy.',
  ],
  [
    /^KUBE-PORTALS-(?:CONTAINER|HOST)$/,
    'kube-proxy in userspace mode: sends traffic for cluster IPs to a port on which kube-proxy itself answers.',
  ],
  [
    /^KUBE-NODEPORT-(?:CONTAINER|HOST)$/,
    'kube-proxy in userspace mode: sends traffic for node ports to a port on which kube-proxy itself answers.',
  ],
  [/^KUBE-NODEPORT-NON-LOCAL$/, 'kube-proxy in userspace mode: lets traffic for node ports pass.'],
  [/^KUBE-LOAD-BALANCER$/, 'kube-proxy in IPVS mode: handles traffic for load balancer IPs.'],
  [/^KUBE-NODE-PORT$/, 'kube-proxy in IPVS mode: handles traffic for node ports.'],
  [
    /^KUBE-SOURCE-RANGES-FIREWALL$/,
    'kube-proxy in IPVS mode: drops what loadBalancerSourceRanges do not allow.',
  ],
  [
    /^KUBE-IPVS-(?:FILTER|OUT-FILTER)$/,
    'kube-proxy in IPVS mode: keeps other ports of the node closed on Service addresses.',
  ],
  [/^KUBE-SVC-[A-Z2-7]{16}$/, 'Spreads the packets of one Service port over all its endpoints.'],
  [
    /^KUBE-SVL-[A-Z2-7]{16}$/,
    'Spreads the packets of one Service port over its endpoints on this node only.',
  ],
  [
    /^KUBE-EXT-[A-Z2-7]{16}$/,
    'Takes traffic from outside for one Service port, and masquerades it unless its external traffic policy is Local.',
  ],
  [
    /^KUBE-FW-[A-Z2-7]{16}$/,
    'Lets through to one Service port only what its loadBalancerSourceRanges allow.',
  ],
  [
    /^KUBE-XLB-[A-Z2-7]{16}$/,
    'Takes traffic from outside for one Service port with external traffic policy Local (kube-proxy up to 1.24).',
  ],
  [
    /^KUBE-SEP-[A-Z2-7]{16}$/,
    "One endpoint: rewrites the destination to its address and port, and has the endpoint's calls to itself masqueraded.",
  ],
  [/^KUBE-POD-FW-/, 'kube-router: applies network policies to one Pod.'],
  [/^KUBE-NWPLCY-/, 'kube-router: one network policy.'],
  [
    /^KUBE-ROUTER-HAIRPIN$/,
    'kube-router: gives a Pod that reaches itself through its own Service (IPVS hairpin) the address of the Service as its source.',
  ],
  [
    /^KUBE-ROUTER-SERVICES$/,
    'kube-router: lets in what goes to addresses of Services on their ports, and rejects the rest.',
  ],
  [/^KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT)$/, 'kube-router: where its network policies are entered.'],
  [/^CNI-HOSTPORT-DNAT$/, 'Finds the Pod of a host port (CNI portmap plugin).'],
  [/^CNI-HOSTPORT-SETMARK$/, 'Marks host port traffic to be masqueraded (CNI portmap plugin).'],
  [/^CNI-HOSTPORT-MASQ$/, 'Masquerades host port traffic that was marked (CNI portmap plugin).'],
  [/^CNI-DN-/, 'The host ports of one Pod: rewrites the destination to the Pod (CNI portmap plugin).'],
  [/^CNI-SN-/, 'Masquerades host port traffic of one Pod (older CNI portmap plugin).'],
  [/^CNI-FORWARD$/, 'Accepts forwarded traffic of Pods (CNI firewall plugin).'],
  [/^CNI-ADMIN$/, "Rules of the administrator that come before the CNI firewall plugin's own."],
  [/^CNI-ISOLATION-/, 'Keeps bridges of different networks apart (CNI firewall plugin).'],
  [
    /^CNI-[0-9a-f]{24}$/,
    'Masquerades what one Pod sends out of its network (CNI bridge or ptp plugin with ipMasq).',
  ],
  [/^DOCKER-USER$/, "Rules of the administrator that come before Docker's own."],
  [/^DOCKER-ISOLATION-STAGE-/, "Keeps Docker's bridges apart."],
  [/^DOCKER-INGRESS$/, 'Published ports of Docker Swarm.'],
  [/^DOCKER-(?:FORWARD|CT|BRIDGE)$/, "Docker's rules for forwarded traffic of its bridges."],
  [/^DOCKER$/, 'Published ports of Docker containers.'],
  [/^cali-(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/, "Where Calico's rules are entered."],
  [/^cali-tw-/, 'Calico: policies for traffic to one workload.'],
  [/^cali-fw-/, 'Calico: policies for traffic from one workload.'],
  [
    /^cali-t[hmp]|^cali-f[hmp]|^cali-p[io]-|^cali-pr[io]-/,
    'Calico: a policy, a profile, or the policies of a host endpoint.',
  ],
  [/^cali-nat-outgoing$/, 'Calico: masquerades what Pods send out of the cluster.'],
  [/^cali-fip-/, 'Calico: floating IPs.'],
  [/^cali-/, "One of Calico's chains."],
  [/^CILIUM_/, "Cilium's rules for this table."],
  [/^FLANNEL-POSTRTG$/, 'Flannel: masquerades what Pods send out of the cluster.'],
  [/^FLANNEL-FWD$/, 'Flannel: accepts forwarded traffic of Pods.'],
  [/^WEAVE-NPC/, 'Weave: network policies.'],
  [/^WEAVE/, "One of Weave's chains."],
  [/^AWS-SNAT-CHAIN-/, 'AWS VPC CNI: gives what Pods send out of the VPC the address of the node.'],
  [
    /^AWS-CONNMARK-CHAIN-/,
    'AWS VPC CNI: marks flows so that answers leave by the interface they came in by.',
  ],
  [
    /^IP-MASQ(?:-AGENT)?$/,
    'ip-masq-agent: masquerades what leaves the cluster, apart from the ranges it lists.',
  ],
  [/^ANTREA-/, "One of Antrea's chains."],
  [/^ISTIO_REDIRECT$/, 'Istio: hands outgoing connections to the sidecar.'],
  [/^ISTIO_IN_REDIRECT$/, 'Istio: hands incoming connections to the sidecar.'],
  [/^ISTIO_/, "One of Istio's chains."],
  [/^LIBVIRT_/, 'libvirt: networks of virtual machines.'],
  [/^ufw-/, "One of ufw's chains."],
];

/** @returns what chains of this name are for, in plain words, or null where the name is not known. */
export function purposeOf(chainName: string): string | null {
  return PURPOSES.find(([pattern]) => pattern.test(chainName))?.[1] ?? null;
}
