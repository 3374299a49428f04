import { dictionary } from '../../lookup/dictionary.js';
import { ipvsSetIn } from '../../proxy/chains.js';
import { namingOf, readingOf } from '../services/carriers.js';
import { labelOf } from '../services/service-name.js';
/** Describes the ipset of a name, in any case: its members, and the rules that ask for it. */
export function describeSets(name, known) {
    const { ipsets } = known.host;
    if (ipsets === null)
        return [];
    const wanted = name.toLowerCase();
    const found = ipsets.get(name) ?? [...ipsets.values()].find((set) => set.name.toLowerCase() === wanted);
    if (found === undefined)
        return [];
    return [itemOf(found, known, namingOf(readingOf(known)))];
}
/** @returns names of sets that hold what was written. */
export function suggestSets(name, { host }) {
    const wanted = name.toLowerCase();
    if (wanted.length < 3)
        return [];
    return [...(host.ipsets?.keys() ?? [])].filter((each) => each.toLowerCase().includes(wanted)).slice(0, 8);
}
function itemOf(set, known, naming) {
    const kind = ipvsSetIn(set.name);
    const meaning = kind === null ? null : (PURPOSE[kind] ?? null);
    const asked = askedBy(set.name, known.rulesets);
    return {
        kind: 'set',
        family: set.family,
        backend: set.type,
        table: 'ipset',
        name: set.name,
        file: null,
        line: null,
        cut: set.incomplete === true ? 'it may have members that were not captured' : null,
        policy: null,
        owner: kind === null ? null : 'kube-proxy',
        purpose: asked.length > 0
            ? meaning
            : `${meaning === null ? '' : `${meaning} `}No rule of the capture asks for it.`,
        service: null,
        endpoint: null,
        misdirected: null,
        rules: set.entries.map(({ parts, nomatch }, index) => ({
            number: index + 1,
            line: 0,
            text: `${parts.join(',')}${nomatch ? ' nomatch' : ''}`,
            packets: null,
            note: kind === null ? null : noteMember(kind, parts, naming),
        })),
        jumpedFrom: asked,
        leadsTo: [],
        reach: 'hooked',
    };
}
/** What kube-proxy puts into each of its sets (pkg/proxy/ipvs/ipset.go). */
const PURPOSE = dictionary({
    'LOOP-BACK': 'Endpoints of this node as (address, port, address): one that reaches itself through its Service is masqueraded.',
    'CLUSTER-IP': 'Cluster IPs with their ports: marked for masquerading, accepted, and not refused by the filter.',
    'EXTERNAL-IP': 'External IPs of Services with policy Cluster.',
    'EXTERNAL-IP-LOCAL': 'External IPs of Services with policy Local: the client keeps its address.',
    'LOAD-BALANCER': 'Load balancer IPs with their ports.',
    'LOAD-BALANCER-LOCAL': 'Load balancer IPs of Services with policy Local: the client keeps its address.',
    'LOAD-BALANCER-FW': 'Load balancer IPs that have source ranges.',
    'LOAD-BALANCER-SOURCE-CIDR': 'Who may use load balancer IPs that have source ranges.',
    'LOAD-BALANCER-SOURCE-CID': 'Who may use load balancer IPs that have source ranges.',
    'LOAD-BALANCER-SOURCE-IP': 'Load balancer IPs that may be used from the address itself, as a process of the node does.',
    'NODE-PORT-TCP': 'Node ports of TCP: marked for masquerading.',
    'NODE-PORT-UDP': 'Node ports of UDP: marked for masquerading.',
    'NODE-PORT-SCTP-HASH': 'Node ports of SCTP: marked for masquerading.',
    'NODE-PORT-LOCAL-TCP': 'Node ports of TCP with policy Local: the client keeps its address.',
    'NODE-PORT-LOCAL-UDP': 'Node ports of UDP with policy Local: the client keeps its address.',
    'NODE-PORT-LOCAL-SCTP-HASH': 'Node ports of SCTP with policy Local: the client keeps its address.',
    'HEALTH-CHECK-NODE-PORT': 'Ports where kube-proxy answers health checks of load balancers.',
    'IPVS-IPS': 'Addresses on kube-ipvs0: what no Service port takes there is refused.',
});
function noteMember(kind, parts, naming) {
    const [first = '', second = ''] = parts;
    const bitmap = /^NODE-PORT-(?:LOCAL-)?(TCP|UDP)$/.exec(kind)?.[1];
    const [, protocol = '', port = ''] = /^(?:(\w+):)?(\d+)$/.exec(second) ?? [];
    const found = bitmap !== undefined
        ? naming.bySocket(null, Number(first), bitmap.toLowerCase())
        : /^NODE-PORT-.*SCTP/.test(kind)
            ? naming.bySocket(null, Number(port), 'sctp')
            : kind === 'LOOP-BACK' || protocol === ''
                ? null
                : naming.bySocket(first, Number(port), protocol);
    return found === null ? null : `${labelOf(found.name)}.`;
}
function askedBy(set, rulesets) {
    const found = [];
    for (const { tables } of rulesets)
        for (const table of tables.values())
            for (const chain of table.chains.values())
                for (let index = 0; index < chain.rules.length; index++) {
                    const { matches, number, line, text } = chain.rules.at(index);
                    if (matches.some((match) => match.kind === 'set' && match.name === set))
                        found.push({ chain: `${table.name} ${chain.name}`, rule: number, line, text });
                }
    return found;
}
