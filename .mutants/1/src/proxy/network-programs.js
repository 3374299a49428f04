import { at, LOCAL } from './program.js';
const NOT_LOCAL = '-m addrtype ! --dst-type LOCAL';
/** Networks that insert their jumps before everybody's. */
export const FIRST_NETWORKS = [
    {
        owner: 'calico',
        prefix: /^cali-/,
        chains: [
            {
                name: 'PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING',
                purpose: "Where Calico's rules are entered.",
            },
            { name: 'INPUT|FORWARD|OUTPUT', entries: { filter: 'by-name' } },
            { name: 'PREROUTING|OUTPUT|POSTROUTING', entries: { nat: 'by-name' } },
            { name: 'PREROUTING|POSTROUTING', entries: { mangle: 'by-name' } },
            { name: 'PREROUTING|OUTPUT', entries: { raw: 'by-name' } },
            { name: 'tw-.*', purpose: 'Calico: policies for traffic to one workload.' },
            { name: 'fw-.*', purpose: 'Calico: policies for traffic from one workload.' },
            {
                name: '(?:[tf][hmp]|pr?[io]-).*',
                purpose: 'Calico: a policy, a profile, or the policies of a host endpoint.',
            },
            { name: 'nat-outgoing', purpose: 'Calico: masquerades what Pods send out of the cluster.' },
            { name: 'fip-.*', purpose: 'Calico: floating IPs.' },
            { name: '.*', purpose: "One of Calico's chains." },
        ],
        common: '[A-Z]+|from-wl-dispatch|to-wl-dispatch|from-hep-forward|to-hep-forward|from-host-endpoint|to-host-endpoint|from-endpoint-mark|set-endpoint-mark|wl-to-host|rpf-skip|nat-outgoing|fip-dnat|fip-snat|cidr-block|forward-check|forward-endpoint-mark|failsafe-in|failsafe-out',
        identified: [
            ['(?:tw|fw|th|fh|thfw|fhfw|sm)-', 11, 'hex'],
            ['(?:pi|po|pri|pro)-', 16, 'hex'],
            ['', 12, 'hex'],
        ],
    },
    { owner: 'calico', prefix: /^calico-/, chains: [] },
    {
        owner: 'calico',
        prefix: /^felix-/,
        chains: [{ name: 'INPUT|FORWARD|OUTPUT', entries: { filter: 'by-name' } }],
        identified: [['', 12, 'hex']],
    },
    {
        owner: 'cilium',
        prefix: /^CILIUM_/,
        chains: [
            { name: '.*', purpose: "Cilium's rules for this table." },
            { name: '(?:INPUT|FORWARD|OUTPUT)', entries: { filter: 'by-name' } },
            { name: '(?:PRE|OUTPUT|POST)_nat', entries: { nat: 'by-name' } },
            { name: '(?:PRE|POST)_mangle', entries: { mangle: 'by-name' } },
            { name: '(?:PRE|OUTPUT)_raw', entries: { raw: 'by-name' } },
        ],
        common: '[A-Z_]+',
        serves: 'Cilium',
    },
    { owner: 'cilium', prefix: /^OLD_CILIUM_/, chains: [], common: '[A-Z_]+' },
];
/** portmap, firewall and bridge of containernetworking/plugins. */
export const CNI_PLUGINS = {
    owner: null,
    prefix: /^CNI-/,
    chains: [
        {
            name: 'HOSTPORT-DNAT',
            purpose: 'Finds the Pod of a host port (CNI portmap plugin).',
            entries: { nat: [at('PREROUTING', LOCAL), at('OUTPUT', LOCAL)] },
        },
        {
            name: 'HOSTPORT-SETMARK',
            purpose: 'Marks host port traffic to be masqueraded (CNI portmap plugin).',
        },
        {
            name: 'HOSTPORT-MASQ',
            purpose: 'Masquerades host port traffic that was marked (CNI portmap plugin).',
            entries: { nat: [at('POSTROUTING')] },
        },
        {
            name: 'DN-.*',
            purpose: 'The host ports of one Pod: rewrites the destination to the Pod (CNI portmap plugin).',
        },
        { name: 'SN-.*', purpose: 'Masquerades host port traffic of one Pod (older CNI portmap plugin).' },
        { name: '(?:HOSTPORT|DN)-.*', only: 'nat' },
        // fillDnatRules of portmap
        { name: 'HOSTPORT-(?:DNAT|MASQ|SETMARK)|DN-.*', noInterfaces: true },
        { name: '(?:HOSTPORT|DN|SN)-.*', owner: 'cni-portmap' },
        {
            name: 'FORWARD',
            owner: 'cni-firewall',
            purpose: 'Accepts forwarded traffic of Pods (CNI firewall plugin).',
            only: 'filter',
            entries: { filter: [at('FORWARD')] },
        },
        {
            name: 'ADMIN',
            owner: 'cni-firewall',
            purpose: "Rules of the administrator that come before the CNI firewall plugin's own.",
            only: 'filter',
            entries: { filter: [at('CNI-FORWARD')] },
        },
        { name: 'ISOLATION-STAGE-1', entries: { filter: [at('FORWARD')] } },
        {
            name: 'ISOLATION-.*',
            owner: 'cni-plugins',
            purpose: 'Keeps bridges of different networks apart (CNI firewall plugin).',
        },
        {
            name: '[0-9a-f]{24}',
            owner: 'cni-bridge',
            purpose: 'Masquerades what one Pod sends out of its network (CNI bridge or ptp plugin with ipMasq).',
        },
    ],
    common: 'HOSTPORT-(?:DNAT|SNAT|MASQ|SETMARK)|FORWARD|ADMIN|ISOLATION-STAGE-[12]',
    identified: [
        ['(?:DN|SN)-', 21, 'hex'],
        ['(?=[0-9a-f]{24}$)', 24, 'hex'],
    ],
};
/** The others. */
export const NETWORKS = [
    {
        owner: 'flannel',
        prefix: /^FLANNEL-/,
        chains: [
            {
                name: 'FWD',
                purpose: 'Flannel: accepts forwarded traffic of Pods.',
                only: 'filter',
                entries: { filter: [at('FORWARD')] },
            },
            {
                name: 'POSTRTG',
                purpose: 'Flannel: masquerades what Pods send out of the cluster.',
                only: 'nat',
                entries: { nat: [at('POSTROUTING')] },
            },
        ],
        common: 'POSTRTG|FWD',
    },
    {
        owner: 'weave',
        prefix: /^WEAVE(?=-|$)/,
        chains: [
            { name: '-NPC.*', purpose: 'Weave: network policies.' },
            { name: '.*', purpose: "One of Weave's chains." },
            { name: '-NPC', entries: { filter: [at('FORWARD', '-o weave')] } },
            { name: '-NPC-EGRESS', entries: { filter: [at('FORWARD', '-i weave')] } },
            { name: '-EXPOSE', entries: { filter: [at('FORWARD', '-o weave')] } },
            { name: '', entries: { nat: [at('POSTROUTING')] } },
        ],
        common: '(?:-NPC(?:-[A-Z]+)*|-EXPOSE|-CANARY|-IPSEC-[A-Z-]+)?',
        identified: [['-NPC-', 12, 'base32']],
    },
    {
        owner: 'antrea',
        prefix: /^ANTREA-/,
        chains: [
            { name: '.*', purpose: "One of Antrea's chains." },
            { name: 'INPUT|FORWARD|OUTPUT', entries: { filter: 'by-name' } },
            { name: 'PREROUTING|OUTPUT|POSTROUTING', entries: { nat: 'by-name' } },
            { name: 'MANGLE', entries: { mangle: [at('PREROUTING')] } },
        ],
        common: 'FORWARD|INPUT|OUTPUT|MANGLE|POSTROUTING|PREROUTING|RAW',
        serves: 'Antrea',
    },
    {
        owner: null,
        prefix: /^OVN-/,
        chains: [
            { name: 'KUBE-.*', owner: 'ovn-kubernetes', serves: 'OVN-Kubernetes' },
            { name: 'KUBE-(?:NODEPORT|EXTERNALIP|ITP)', entries: { nat: [at('PREROUTING'), at('OUTPUT')] } },
            { name: 'KUBE-ETP', entries: { nat: [at('PREROUTING')] } },
            { name: 'KUBE-(?:SNAT-MGMTPORT|EGRESS-SVC)', entries: { nat: [at('POSTROUTING')] } },
            { name: 'PREROUTING|POSTROUTING', entries: { nat: 'by-name' } },
            { name: 'PREROUTING|POSTROUTING|MASQUERADE|NAT-POLICY|NAT-PREROUTING', serves: 'Kube-OVN' },
        ],
    },
    {
        owner: 'azure-npm',
        prefix: /^AZURE-NPM(?=-|$)/,
        chains: [{ name: '', entries: { filter: [at('FORWARD')] } }],
        common: '(?:-(?:ACCEPT|INGRESS|EGRESS|INGRESS-ALLOW-MARK|EGRESS-PORT|EGRESS-TO|INGRESS-PORT|INGRESS-FROM|TARGET-SETS|INGRESS-DROPS|EGRESS-DROPS))?',
        identified: [['-', 12, 'base32']],
    },
    {
        owner: 'azure-cni',
        prefix: /^SWIFT(?=-|$)/,
        chains: [{ name: '', entries: { nat: [at('POSTROUTING')] } }],
        common: '(?:-POSTROUTING)?',
    },
    {
        owner: 'aws-vpc-cni',
        prefix: /^AWS-(?=(?:SNAT|CONNMARK)-CHAIN-)/,
        chains: [
            { name: 'CONNMARK-CHAIN-0', entries: { nat: [at('PREROUTING', '-i eni+')] } },
            { name: 'SNAT-CHAIN-0', entries: { nat: [at('POSTROUTING')] } },
            {
                name: 'SNAT-CHAIN-.*',
                purpose: 'AWS VPC CNI: gives what Pods send out of the VPC the address of the node.',
                only: 'nat',
            },
            {
                name: 'CONNMARK-CHAIN-.*',
                purpose: 'AWS VPC CNI: marks flows so that answers leave by the interface they came in by.',
            },
        ],
        common: '(?:SNAT|CONNMARK)-CHAIN-\\d{1,2}',
    },
    {
        owner: 'ip-masq-agent',
        prefix: /^IP-MASQ(?=-AGENT$|$)/,
        chains: [
            {
                name: '.*',
                purpose: 'ip-masq-agent: masquerades what leaves the cluster, apart from the ranges it lists.',
                only: 'nat',
                noInterfaces: true,
                entries: { nat: [at('POSTROUTING', NOT_LOCAL)] },
            },
        ],
        common: '.*',
    },
];
