import { command } from '../../command/command.js';
import { formatAddress } from '../../net/address.js';
import { formatProtocol } from '../../net/protocol.js';
import { CHAINS, ipvsSet } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { onlyService, serviceNames } from '../affected.js';
import { factEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { groupBy } from '../group.js';
import { ipvsOf } from '../ipvs.js';
/** A set of kube-proxy's IPVS mode lacks what a Service needs in it. */
export const ipvsSetMember = {
    code: 'KP304',
    title: 'an ipset of kube-proxy lacks a member',
    find(context) {
        return [...groupBy(missingMembers(context), ({ set }) => set)].map(([set, missing]) => {
            const ports = missing.map(({ port }) => port);
            const names = serviceNames(ports);
            const [first] = missing;
            const clusterIp = set.endsWith('CLUSTER-IP');
            return {
                code: 'KP304',
                severity: 'error',
                message: `set ${set} lacks ${listed(missing.map(({ member }) => member), 3)}, for ${listed(names, 3)}: ${clusterIp ? `${CHAINS.ipvsFilter} rejects what pods and others send there, and nothing is masqueraded` : 'what comes in there is not masqueraded'}`,
                service: onlyService(ports),
                objects: [...names, `set ${set}`],
                hits: clusterIp
                    ? 'pods of this node and clients outside: refused; processes of the node reach endpoints on this node only'
                    : 'clients whose endpoint is on another node: its answer does not come back through this node, so they time out',
                evidence: missing
                    .slice(0, 5)
                    .map(({ member, port }) => factEvidence(`${labelOfPort(port)}: ${member} is not a member of ${set}`)),
                advice: 'kube-proxy writes its sets anew at its next full sync, or when it starts; see in its log whether writing them fails',
                command: first === undefined ? null : command('ipset', 'add', set, first.member),
                certainty: 'certain',
            };
        });
    },
};
/** @returns what sets that were captured whole lack of the Services that IPVS balances here. */
export function missingMembers(context) {
    const table = ipvsOf(context);
    const { ipsets } = context.known.host;
    if (table === null || ipsets === null || context.known.proxyMode !== 'ipvs')
        return [];
    const members = new Map();
    const has = (set, member) => {
        let known = members.get(set.name);
        if (known === undefined) {
            known = new Set(set.entries.map(({ parts }) => parts.join(',')));
            members.set(set.name, known);
        }
        return known.has(member);
    };
    return (context.expected ?? []).flatMap((port) => wantedIn(port, context).flatMap(({ set: name, member }) => {
        const set = ipsets.get(name);
        return set === undefined || set.incomplete === true || has(set, member)
            ? []
            : [{ set: name, member, port }];
    }));
}
/** Of the sets that hold one Service port each; a node port only where IPVS takes it at some address. */
function wantedIn({ port, protocol, family, clusterIP }, context) {
    const table = ipvsOf(context);
    const name = formatProtocol(protocol);
    const found = [
        { set: ipvsSet('CLUSTER-IP', family), member: `${formatAddress(clusterIP)},${name}:${port.port}` },
    ];
    const { nodePort } = port;
    const balanced = nodePort !== null &&
        table?.servers.some(({ takes }) => takes.by === 'socket' &&
            takes.port === nodePort &&
            takes.protocol === protocol &&
            takes.address.family === family) === true;
    if (balanced && (name === 'tcp' || name === 'udp'))
        found.push({ set: ipvsSet(`NODE-PORT-${name.toUpperCase()}`, family), member: String(nodePort) });
    return found;
}
