import { endpointChainName, serviceChainNames } from '../../src/proxy/hash.js';
import { POD_CIDR } from './cluster.js';
import { Random } from './random.js';
/**
 * @returns `iptables-save` of a node of this cluster, as kube-proxy 1.36 and a kubelet program it (copied from a real
 * node; without nfacct, which kube-proxy leaves out where the kernel has none, so that any machine can load it).
 * @param large large-cluster mode: what belongs to one endpoint has no comment (`appendServiceCommentLocked`).
 */
export function formatRules(cluster, large) {
    const nat = new NatTable(large);
    for (const service of cluster.services)
        for (const port of service.ports)
            nat.addPort(service, port);
    return `${MANGLE}${FILTER}${nat.format()}`;
}
class NatTable {
    #large;
    /** Chains that belong to Services, with their rules. */
    #chains = new Map();
    #portals = [];
    #nodePorts = [];
    constructor(large) {
        this.#large = large;
    }
    addPort(service, port) {
        const name = `${service.namespace}/${service.name}:${port.name}`;
        const { SVC, EXT } = serviceChainNames({ ...service, port: port.name, protocol: 'TCP' });
        const portal = `-d ${service.clusterIP}/32 -p tcp -m comment --comment "${name} cluster IP" -m tcp --dport ${port.port}`;
        this.#portals.push(`-A KUBE-SERVICES ${portal} -j ${SVC}`);
        const rules = [`-A ${SVC} ! -s ${POD_CIDR} ${portal} -j KUBE-MARK-MASQ`];
        const chains = service.backends.map(({ address }) => endpointChainName({ ...service, port: port.name, protocol: 'TCP' }, address, port.target));
        if (service.affinity) {
            service.backends.forEach((backend, index) => {
                const chain = chains[index] ?? '';
                const list = `-m recent --rcheck --seconds 10800 --reap --name ${chain} --mask 255.255.255.255 --rsource`;
                rules.push(`-A ${SVC}${this.#comment(`${name} -> ${backend.address}:${port.target}`)} ${list} -j ${chain}`);
            });
        }
        service.backends.forEach((backend, index) => {
            const chain = chains[index] ?? '';
            const left = service.backends.length - index;
            const chance = left === 1 ? '' : ` -m statistic --mode random --probability ${chanceText(left)}`;
            rules.push(`-A ${SVC}${this.#comment(`${name} -> ${backend.address}:${port.target}`)}${chance} -j ${chain}`);
            this.#addEndpoint(chain, name, backend, port.target, service.affinity);
        });
        this.#chains.set(SVC, rules);
        if (port.nodePort === null)
            return;
        const note = `masquerade traffic for ${name} external destinations`;
        this.#chains.set(EXT, [
            `-A ${EXT} -m comment --comment "${note}" -j KUBE-MARK-MASQ`,
            `-A ${EXT} -j ${SVC}`,
        ]);
        this.#nodePorts.push(`-A KUBE-NODEPORTS -p tcp -m comment --comment "${name}" -m tcp --dport ${port.nodePort} -j ${EXT}`);
    }
    #addEndpoint(chain, name, { address }, port, affinity) {
        const comment = this.#comment(name);
        const recent = affinity ? ` -m recent --set --name ${chain} --mask 255.255.255.255 --rsource` : '';
        this.#chains.set(chain, [
            `-A ${chain} -s ${address}/32${comment} -j KUBE-MARK-MASQ`,
            `-A ${chain} -p tcp${comment}${recent} -m tcp -j DNAT --to-destination ${address}:${port}`,
        ]);
    }
    #comment(text) {
        return this.#large ? '' : ` -m comment --comment "${text}"`;
    }
    format() {
        // kube-proxy goes through a map of Services: their order is random. Chains are saved in the order of their names.
        new Random(1).shuffle(this.#portals);
        this.#chains.set('KUBE-SERVICES', [...this.#portals, TO_NODE_PORTS]);
        this.#chains.set('KUBE-NODEPORTS', this.#nodePorts);
        for (const [name, rules] of NAT_CHAINS)
            this.#chains.set(name, [...rules]);
        const names = [...this.#chains.keys()].sort();
        const lines = [
            ...['*nat', ...['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((name) => `:${name} ACCEPT [0:0]`)],
            ...names.map((name) => `:${name} - [0:0]`),
            ...NAT_HOOKS,
        ];
        for (const name of names)
            for (const rule of this.#chains.get(name) ?? [])
                lines.push(rule);
        lines.push('COMMIT', '');
        return lines.join('\n');
    }
}
/** One of `left` endpoints, as iptables-save prints it: the kernel keeps 31 bits of what kube-proxy wrote. */
function chanceText(left) {
    return (Math.round(Number((1 / left).toFixed(10)) * 2 ** 31) / 2 ** 31).toFixed(11);
}
const TO_NODE_PORTS = '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS';
const NAT_HOOKS = [
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
];
const NAT_CHAINS = [
    ['KUBE-KUBELET-CANARY', []],
    ['KUBE-PROXY-CANARY', []],
    ['KUBE-MARK-MASQ', ['-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000']],
    [
        'KUBE-POSTROUTING',
        [
            '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
            '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
            '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
        ],
    ],
];
const MANGLE = `# Generated by iptables-save v1.8.9 (nf_tables) on Sat Nov 21 10:00:00 2026
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-IPTABLES-HINT - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
:KUBE-PROXY-CANARY - [0:0]
COMMIT
`;
const FILTER = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-CANARY - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-SERVICES - [0:0]
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A INPUT -j KUBE-FIREWALL
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
`;
