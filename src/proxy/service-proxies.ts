/**
 * A program that may carry Services in kube-proxy's place, by what it leaves on a node. Marks are hints: a name alone does not
 * tell whether the program was told to serve Services, and none is followed.
 */
export interface ServiceProxy {
  /** As its users write it: `Cilium`. Its chains are told by `servesAs`. */
  readonly name: string;
  /** What of it sees the packet, as the subject of "may rewrite": `its eBPF programs`. */
  readonly what: string;
  /** `its-place`: where it serves Services, kube-proxy is not needed. `addresses`: load balancer addresses alone. `left-over`: kube-proxy's own, of another mode. */
  readonly serves: 'its-place' | 'addresses' | 'left-over';
  /** The command of its own that tells which Services it serves, to be run as its users run it. */
  readonly command: string;
  /** Present where it serves through IPVS, which is followed where it was captured. */
  readonly programs?: 'ipvs';
  /** Present where what that command prints can be given, and is read. */
  readonly listing?: 'cilium';
  readonly interfaces: RegExp | null;
  readonly ipsets: RegExp | null;
  /** Tables of nft. */
  readonly nftTables: RegExp | null;
  /** Names of its pods, which are in the host's network. */
  readonly pods: RegExp | null;
  /** The interface on which it puts the addresses of Services. */
  readonly holds: string | null;
}

/** A DaemonSet's pod: its name, and five letters that the API server chose. */
const RANDOM = '-[a-z0-9]{5}$';

/** Every proxy that is known here; the first that fits is named first. */
export const SERVICE_PROXIES: readonly ServiceProxy[] = [
  {
    // pkg/datapath/iptables and pkg/defaults (node.go: HostDevice and those that follow) of cilium/cilium, 1.8 to 1.18; lxc and ten or more
    // hex digits are its pods' ends.
    name: 'Cilium',
    what: 'its eBPF programs',
    serves: 'its-place',
    command: 'cilium-dbg service list',
    listing: 'cilium',
    interfaces: /^cilium_(?:host|net|vxlan|geneve|wg0|ipip[46])$|^lxc(?:[0-9a-f]{10,12}|_health)$/,
    ipsets: /^cilium_/,
    nftTables: null,
    pods: new RegExp(`^(?:cilium|anetd)${RANDOM}`),
    holds: null,
  },
  {
    // The eBPF data plane alone makes bpfin.cali and bpfout.cali (felix/dataplane/linux/bpf_ep_mgr.go); cali chains are of every Calico.
    name: 'Calico in eBPF mode',
    what: 'its eBPF programs',
    serves: 'its-place',
    command: 'calico-node -bpf nat dump',
    interfaces: /^bpf(?:in|out)(?:\.cali|cali)?$/,
    ipsets: null,
    nftTables: null,
    pods: null,
    holds: null,
  },
  {
    // pkg/controllers/proxy (network_services_controller.go) of cloudnativelabs/kube-router; its other chains belong to network policies, which it also does beside kube-proxy.
    name: 'the service proxy of kube-router',
    what: 'IPVS, which it programs,',
    serves: 'its-place',
    command: 'ipvsadm -Ln',
    programs: 'ipvs',
    interfaces: /^kube-dummy-if$/,
    ipsets: /^(?:inet6:)?kube-router-(?:svip|svip-prt|local-ips)$/,
    nftTables: null,
    pods: null,
    holds: 'kube-dummy-if',
  },
  {
    // go-controller/pkg/node of ovn-org/ovn-kubernetes (gateway_iptables.go): chains for node ports and external addresses in iptables, a table in nft later.
    name: 'OVN-Kubernetes',
    what: 'Open vSwitch, with the flows of OVN’s load balancers,',
    serves: 'its-place',
    command: 'ovn-nbctl lb-list',
    interfaces: /^ovn-k8s-mp\d+$/,
    ipsets: null,
    nftTables: /^ovn-kubernetes$/,
    pods: new RegExp(`^ovnkube-node${RANDOM}`),
    holds: null,
  },
  {
    // pkg/agent/route (route_linux.go) of antrea-io/antrea. AntreaProxy serves pods; nodes and outside where proxyAll is on.
    name: 'Antrea',
    what: 'AntreaProxy, with flows of Open vSwitch,',
    serves: 'its-place',
    command: 'antctl get ovsflows',
    interfaces: /^antrea-gw0$/,
    ipsets: /^ANTREA-/,
    nftTables: /^antrea$/,
    pods: new RegExp(`^antrea-agent${RANDOM}`),
    holds: null,
  },
  {
    // pkg/daemon of Kube-OVN: OVN's load balancers serve pods (--enable-lb); nodes are left to kube-proxy.
    name: 'Kube-OVN',
    what: 'Open vSwitch, with the flows of OVN’s load balancers,',
    serves: 'its-place',
    command: 'ovn-nbctl lb-list',
    interfaces: /^ovn0$/,
    ipsets: /^ovn[46]0(?:subnets|services)/,
    nftTables: null,
    pods: new RegExp(`^kube-ovn-cni${RANDOM}`),
    holds: null,
  },
  {
    name: 'kube-vip',
    what: 'IPVS, which it may program,',
    serves: 'addresses',
    command: 'ipvsadm -Ln',
    programs: 'ipvs',
    interfaces: null,
    ipsets: null,
    nftTables: null,
    pods: /^kube-vip(?:-|$)(?!cloud-provider)/,
    holds: null,
  },
  {
    // pkg/proxy/ipvs: the interface that holds every address, and chains that no other mode writes.
    name: 'IPVS mode of kube-proxy',
    what: 'IPVS',
    serves: 'left-over',
    command: 'ipvsadm -Ln',
    programs: 'ipvs',
    interfaces: /^kube-ipvs0$/,
    ipsets: /^KUBE-(?:6-)?CLUSTER-IP$/,
    nftTables: null,
    pods: null,
    holds: 'kube-ipvs0',
  },
];
