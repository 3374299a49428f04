import { formatProtocol } from '../../../src/net/protocol.js';
import { ipvsSet } from '../../../src/proxy/chains.js';
import { TRACING_RULES } from '../node/test-node.js';
import { MARK, PLACES } from './places.js';
import { chance, pick } from './random.js';
/** The rules that kube-proxy 1.36 writes in IPVS mode, and some that hosts have beside them. */
export function rulesText(random, family, virtuals, marked) {
    const { pods, loopback } = PLACES[family];
    const set = (what, at) => `-m set --match-set ${ipvsSet(what, family)} ${at}`;
    const own = {
        raw: [...TRACING_RULES],
        mangle: [],
        filter: [],
    };
    for (let i = 0; i < 5; i++) {
        const [table, rule] = hostRule(random, family, virtuals);
        if (chance(random, 0.6))
            own[table].push(rule);
    }
    if (marked)
        own.mangle.push(`-A PREROUTING -d ${pick(random, PLACES[family].virtual)} -j MARK --set-xmark ${MARK}/0xffffffff`);
    const policy = chance(random, 0.25) ? 'DROP' : 'ACCEPT';
    const before = chance(random, 0.5);
    const unreachable = family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
    const filter = [
        '-A INPUT -j KUBE-IPVS-FILTER',
        '-A INPUT -j KUBE-PROXY-FIREWALL',
        '-A INPUT -j KUBE-NODE-PORT',
        '-A FORWARD -j KUBE-PROXY-FIREWALL',
        '-A FORWARD -j KUBE-FORWARD',
        '-A OUTPUT -j KUBE-IPVS-OUT-FILTER',
    ];
    return [
        '*raw',
        ...own.raw,
        'COMMIT',
        '*mangle',
        ...own.mangle,
        'COMMIT',
        '*nat',
        ...['LOAD-BALANCER', 'MARK-MASQ', 'NODE-PORT', 'POSTROUTING', 'SERVICES'].map((name) => `:KUBE-${name} - [0:0]`),
        '-A PREROUTING -j KUBE-SERVICES',
        '-A OUTPUT -j KUBE-SERVICES',
        '-A POSTROUTING -j KUBE-POSTROUTING',
        `-A KUBE-LOAD-BALANCER ${set('LOAD-BALANCER-LOCAL', 'dst,dst')} -j RETURN`,
        '-A KUBE-LOAD-BALANCER -j KUBE-MARK-MASQ',
        '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
        `-A KUBE-NODE-PORT -p tcp ${set('NODE-PORT-LOCAL-TCP', 'dst')} -j RETURN`,
        `-A KUBE-NODE-PORT -p tcp ${set('NODE-PORT-TCP', 'dst')} -j KUBE-MARK-MASQ`,
        `-A KUBE-NODE-PORT -p udp ${set('NODE-PORT-LOCAL-UDP', 'dst')} -j RETURN`,
        `-A KUBE-NODE-PORT -p udp ${set('NODE-PORT-UDP', 'dst')} -j KUBE-MARK-MASQ`,
        `-A KUBE-NODE-PORT -p sctp ${set('NODE-PORT-SCTP-HASH', 'dst,dst')} -j KUBE-MARK-MASQ`,
        `-A KUBE-POSTROUTING ${set('LOOP-BACK', 'dst,dst,src')} -j MASQUERADE`,
        '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
        '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
        `-A KUBE-POSTROUTING -j MASQUERADE${chance(random, 0.7) ? ' --random-fully' : ''}`,
        `-A KUBE-SERVICES -s ${loopback} -j RETURN`,
        `-A KUBE-SERVICES ${set('LOAD-BALANCER', 'dst,dst')} -j KUBE-LOAD-BALANCER`,
        pick(random, [
            `-A KUBE-SERVICES ! -s ${pods} ${set('CLUSTER-IP', 'dst,dst')} -j KUBE-MARK-MASQ`,
            `-A KUBE-SERVICES ${set('CLUSTER-IP', 'src,dst')} -j KUBE-MARK-MASQ`,
            `-A KUBE-SERVICES ${set('CLUSTER-IP', 'dst,dst')} -j KUBE-MARK-MASQ`,
        ]),
        ...['EXTERNAL-IP', 'EXTERNAL-IP-LOCAL'].flatMap((what) => [
            ...(what === 'EXTERNAL-IP' ? [`-A KUBE-SERVICES ${set(what, 'dst,dst')} -j KUBE-MARK-MASQ`] : []),
            `-A KUBE-SERVICES ${set(what, 'dst,dst')} -m addrtype ! --src-type LOCAL -j ACCEPT`,
            `-A KUBE-SERVICES ${set(what, 'dst,dst')} -m addrtype --dst-type LOCAL -j ACCEPT`,
        ]),
        '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
        `-A KUBE-SERVICES ${set('CLUSTER-IP', 'dst,dst')} -j ACCEPT`,
        `-A KUBE-SERVICES ${set('LOAD-BALANCER', 'dst,dst')} -j ACCEPT`,
        'COMMIT',
        '*filter',
        `:FORWARD ${policy} [0:0]`,
        ...[
            'FORWARD',
            'IPVS-FILTER',
            'IPVS-OUT-FILTER',
            'NODE-PORT',
            'PROXY-FIREWALL',
            'SOURCE-RANGES-FIREWALL',
        ].map((name) => `:KUBE-${name} - [0:0]`),
        ...(before ? [...own.filter, ...filter] : [...filter, ...own.filter]),
        '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
        '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        ...['LOAD-BALANCER', 'CLUSTER-IP', 'EXTERNAL-IP', 'EXTERNAL-IP-LOCAL'].map((what) => `-A KUBE-IPVS-FILTER ${set(what, 'dst,dst')} -j RETURN`),
        `-A KUBE-IPVS-FILTER ${set('HEALTH-CHECK-NODE-PORT', 'dst')} -j RETURN`,
        `-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW ${set('IPVS-IPS', 'dst')} -j REJECT --reject-with ${unreachable}`,
        `-A KUBE-NODE-PORT ${set('HEALTH-CHECK-NODE-PORT', 'dst')} -j ACCEPT`,
        `-A KUBE-PROXY-FIREWALL ${set('LOAD-BALANCER-FW', 'dst,dst')} -j KUBE-SOURCE-RANGES-FIREWALL`,
        `-A KUBE-SOURCE-RANGES-FIREWALL ${set('LOAD-BALANCER-SOURCE-CIDR', 'dst,dst,src')} -j RETURN`,
        `-A KUBE-SOURCE-RANGES-FIREWALL ${set('LOAD-BALANCER-SOURCE-IP', 'dst,dst,src')} -j RETURN`,
        '-A KUBE-SOURCE-RANGES-FIREWALL -j DROP',
        'COMMIT',
        '',
    ].join('\n');
}
/** Rules that ask about what IPVS does to a packet, or take it away before. */
function hostRule(random, family, virtuals) {
    const virtual = pick(random, virtuals);
    const server = pick(random, PLACES[family].servers);
    const name = formatProtocol(virtual.protocol);
    const to = `-d ${virtual.address} -p ${name} --dport ${virtual.port}`;
    const state = pick(random, ['NEW', 'ESTABLISHED', 'UNTRACKED', 'INVALID', 'DNAT', 'SNAT']);
    const hook = pick(random, ['INPUT', 'OUTPUT', 'POSTROUTING', 'PREROUTING', 'FORWARD']);
    return pick(random, [
        ['filter', `-A INPUT ${to} -j DROP`],
        ['filter', `-A OUTPUT -d ${server} -j REJECT`],
        [
            'filter',
            `-A OUTPUT -m ipvs --vproto ${virtual.protocol} --vaddr ${virtual.address} --vport ${virtual.port} -j DROP`,
        ],
        ['filter', '-A OUTPUT -m ipvs --ipvs'],
        ['filter', '-A INPUT -m ipvs ! --ipvs'],
        ['filter', `-A FORWARD -s ${server} -j DROP`],
        ['mangle', `-A ${hook} -m conntrack --ctstate ${state}`],
        ['mangle', `-A ${hook} -m conntrack --ctorigdst ${virtual.address}`],
        ['mangle', `-A POSTROUTING -m conntrack --ctreplsrc ${server}`],
        [
            'mangle',
            `-A ${pick(random, ['INPUT', 'PREROUTING'])} -d ${virtual.address} -j MARK --set-xmark 0x4000/0x4000`,
        ],
        ['mangle', `-A OUTPUT -d ${server} -j MARK --set-xmark 0x100/0x100`],
        ['raw', `-A ${pick(random, ['PREROUTING', 'OUTPUT'])} ${to} -j CT --notrack`],
    ]);
}
