import { BrokenDemo, type Edits } from './broken-demo.ts';

/**
 * Nodes of clusters where another program does kube-proxy's work, after what each program writes by its own source and
 * documentation: their rules in place of kube-proxy's, and their interfaces beside the node's. The API objects stay.
 */
export interface ProxyNode {
  readonly name: string;
  readonly nat: string;
  readonly filter: string;
  readonly interfaces: readonly string[];
  /** An interface that gets these addresses. */
  readonly holds?: readonly [name: string, addresses: readonly string[]];
}

export const CILIUM: ProxyNode = {
  name: 'Cilium',
  nat: `:CILIUM_OUTPUT_nat - [0:0]
:CILIUM_POST_nat - [0:0]
:CILIUM_PRE_nat - [0:0]
-A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_nat" -j CILIUM_PRE_nat
-A OUTPUT -m comment --comment "cilium-feeder: CILIUM_OUTPUT_nat" -j CILIUM_OUTPUT_nat
-A POSTROUTING -m comment --comment "cilium-feeder: CILIUM_POST_nat" -j CILIUM_POST_nat
`,
  filter: `:CILIUM_FORWARD - [0:0]
-A FORWARD -m comment --comment "cilium-feeder: CILIUM_FORWARD" -j CILIUM_FORWARD
-A CILIUM_FORWARD -o cilium_host -m comment --comment "cilium: any->cluster on cilium_host forward accept" -j ACCEPT
-A CILIUM_FORWARD -i lxc+ -m comment --comment "cilium: cluster->any on lxc+ forward accept" -j ACCEPT
`,
  interfaces: ['cilium_net', 'cilium_host', 'lxc0123456789ab'],
};

export const KUBE_ROUTER: ProxyNode = {
  name: 'kube-router',
  nat: `:KUBE-ROUTER-HAIRPIN - [0:0]
-A POSTROUTING -m ipvs --vdir ORIGINAL --vmethod MASQ -m comment --comment "" -j KUBE-ROUTER-HAIRPIN
`,
  filter: `:KUBE-ROUTER-SERVICES - [0:0]
-A INPUT -m comment --comment "handle traffic to IPVS service IPs in custom chain" -m set --match-set kube-router-svip dst -j KUBE-ROUTER-SERVICES
-A KUBE-ROUTER-SERVICES -m comment --comment "allow input traffic to ipvs services" -m set --match-set kube-router-svip-prt dst,dst -j ACCEPT
`,
  interfaces: ['kube-bridge'],
  holds: ['kube-dummy-if', ['10.96.10.1']],
};

export const OVN_KUBERNETES: ProxyNode = {
  name: 'OVN-Kubernetes',
  nat: `:OVN-KUBE-NODEPORT - [0:0]
:OVN-KUBE-EXTERNALIP - [0:0]
-A PREROUTING -j OVN-KUBE-EXTERNALIP
-A PREROUTING -j OVN-KUBE-NODEPORT
-A OUTPUT -j OVN-KUBE-NODEPORT
-A OVN-KUBE-NODEPORT -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DNAT --to-destination 10.96.10.6:80
`,
  filter: '',
  interfaces: ['ovs-system', 'br-int', 'ovn-k8s-mp0', 'genev_sys_6081'],
};

export const ANTREA: ProxyNode = {
  name: 'Antrea',
  nat: `:ANTREA-POSTROUTING - [0:0]
-A POSTROUTING -m comment --comment "Antrea: jump to Antrea postrouting rules" -j ANTREA-POSTROUTING
-A ANTREA-POSTROUTING -o antrea-gw0 -m comment --comment "Antrea: masquerade LOCAL traffic" -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE
`,
  filter: `:ANTREA-FORWARD - [0:0]
-A FORWARD -m comment --comment "Antrea: jump to Antrea forwarding rules" -j ANTREA-FORWARD
-A ANTREA-FORWARD -i antrea-gw0 -m comment --comment "Antrea: accept packets from local Pods" -j ACCEPT
`,
  interfaces: ['ovs-system', 'antrea-gw0'],
};

export const CALICO_EBPF: ProxyNode = {
  name: 'Calico in eBPF mode',
  nat: `:cali-PREROUTING - [0:0]
-A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
`,
  filter: `:cali-FORWARD - [0:0]
-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
`,
  interfaces: ['bpfin.cali', 'bpfout.cali', 'cali01234567890'],
};

export const KUBE_OVN: ProxyNode = {
  name: 'Kube-OVN',
  nat: `:OVN-PREROUTING - [0:0]
:OVN-POSTROUTING - [0:0]
-A PREROUTING -m comment --comment "kube-ovn prerouting rules" -j OVN-PREROUTING
-A POSTROUTING -m comment --comment "kube-ovn postrouting rules" -j OVN-POSTROUTING
`,
  filter: '',
  interfaces: ['ovs-system', 'ovn0'],
};

const BUILT_IN = {
  nat: ':PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n',
  filter: ':INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n',
};

/** @returns the demo's node with that program in kube-proxy's place. */
export function nodeWith(node: ProxyNode, more: Edits = {}): BrokenDemo {
  const rules = (nat: string, filter: string) => (): string =>
    `*nat\n${BUILT_IN.nat}${nat}COMMIT\n*filter\n${BUILT_IN.filter}${filter}COMMIT\n`;
  return new BrokenDemo({
    'iptables-save.txt': rules(node.nat, node.filter),
    'ip6tables-save.txt': rules('', ''),
    'capture.json': withoutMode,
    'ip-addr.json': addInterfaces(node),
    ...more,
  });
}

/** @returns the demo's node where the program's rules stand beside kube-proxy's. */
export function nodeBeside(node: ProxyNode, more: Edits = {}): BrokenDemo {
  const into =
    (table: string, lines: string) =>
    (text: string): string => {
      const chains = lines.match(/^:.*\n/gm)?.join('') ?? '';
      const rules = lines.replace(/^:.*\n/gm, '');
      const end = text.indexOf('COMMIT', text.indexOf(`*${table}\n`));
      const whole = `${text.slice(0, end)}${rules}${text.slice(end)}`;
      return whole.replace(`*${table}\n`, `*${table}\n${chains}`);
    };
  return new BrokenDemo({
    'iptables-save.txt': (text) => into('filter', node.filter)(into('nat', node.nat)(text)),
    'ip-addr.json': addInterfaces(node),
    ...more,
  });
}

function withoutMode(text: string): string {
  return JSON.stringify({ ...JSON.parse(text), proxyMode: null, kubeProxyFlags: [] });
}

function addInterfaces({ interfaces, holds }: ProxyNode): (text: string) => string {
  return (text) => {
    const links = JSON.parse(text);
    const add = (ifname: string, addresses: readonly string[]): void => {
      links.push({
        ifindex: 1000 + links.length,
        ifname,
        flags: ['BROADCAST', 'UP', 'LOWER_UP'],
        operstate: 'UP',
        link_type: 'ether',
        addr_info: addresses.map((local) => ({ family: 'inet', local, prefixlen: 32, scope: 'global' })),
      });
    };
    for (const name of interfaces) add(name, []);
    if (holds !== undefined) add(...holds);
    return JSON.stringify(links);
  };
}
