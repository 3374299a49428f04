import { sysctlNumber } from '../../host/sysctl.js';
import { takenText } from '../../ipvs/print-ipvs.js';
import { formatSocket } from '../../net/listed-socket.js';
import { UDP } from '../../net/protocol.js';
import { counted, listed } from '../../words/numbers.js';
import { setSysctl } from '../commands.js';
import { factEvidence } from '../evidence.js';
import { ipvsOf, serverEvidence } from '../ipvs.js';
/** A setting of IPVS that kube-proxy sets when it starts has another value. */
export const ipvsSettings = {
    code: 'KP301',
    title: 'a setting of IPVS is not as kube-proxy sets it',
    find(context) {
        const table = ipvsOf(context);
        if (table === null || context.known.proxyMode !== 'ipvs')
            return [];
        return SETTINGS.flatMap(({ name, find }) => {
            const option = `net.ipv4.vs.${name}`;
            if (!isOff(context, name))
                return [];
            const found = find(table.servers, context);
            return found === null ? [] : [findingOf(option, found)];
        });
    },
};
/** @returns true where the setting is captured and off, so that what follows is told by this finding. */
export function isOff({ known }, name) {
    return sysctlNumber(known.host, `net.ipv4.vs.${name}`) === 0;
}
/** What kube-proxy sets to 1 (pkg/proxy/ipvs/proxier.go, NewProxier), and what the kernel does with 0. */
const SETTINGS = [
    {
        name: 'conntrack',
        find: (servers) => servers.length === 0
            ? null
            : {
                severity: 'error',
                says: 'conntrack does not see what IPVS sends on, so nothing of it is masqueraded',
                hits: 'clients outside the cluster and processes of this node whenever the endpoint is on another node, and pods that reach themselves: their answers get lost',
                evidence: [],
                objects: ['all Services'],
            },
    },
    {
        name: 'expire_nodest_conn',
        find: (servers, context) => {
            const gone = flowsToNobody(context);
            const stuck = gone.length > 0;
            return servers.length === 0
                ? null
                : {
                    severity: stuck ? 'error' : 'warning',
                    says: `packets of connections to a real server that was removed are dropped without a word${stuck ? `: ${counted(gone.length, 'UDP flow')} of now` : ''}`,
                    hits: 'clients that go on sending from the same port, as of UDP, after their endpoint went away',
                    evidence: gone.slice(0, 5).map(factEvidence),
                    objects: ['all Services'],
                };
        },
    },
    {
        name: 'expire_quiescent_template',
        find: (servers) => {
            const drained = servers.flatMap((server) => server.persistence === null
                ? []
                : server.servers.filter(({ weight }) => weight === 0).map((real) => ({ server, real })));
            const [first] = drained;
            if (first === undefined && !servers.some(({ persistence }) => persistence !== null))
                return null;
            const names = drained.map(({ server, real }) => `${formatSocket(real)} of ${takenText(server.takes)}`);
            return {
                severity: first === undefined ? 'warning' : 'error',
                says: `clients with session affinity are kept at a real server that takes no new connections${first === undefined ? '' : `: ${listed(names)}`}`,
                hits: 'clients whose template leads to an endpoint that went away, until it expires',
                evidence: drained.slice(0, 5).map(({ server, real }) => serverEvidence(server, real)),
                objects: drained.map(({ server }) => `IPVS ${takenText(server.takes)}`),
            };
        },
    },
];
function findingOf(option, { severity, says, hits, evidence, objects }) {
    return {
        code: 'KP301',
        severity,
        message: `${option} is 0, and kube-proxy sets it to 1: ${says}`,
        service: null,
        objects: [...new Set(objects)],
        hits,
        evidence: [factEvidence(`${option} = 0`), ...evidence],
        advice: 'set it, and find what set it back after kube-proxy started (a sysctl.d file, a tuning daemon)',
        command: setSysctl(option, 1),
        certainty: 'certain',
    };
}
/** UDP flows through a virtual server, answered by what is no real server of it any more. */
function flowsToNobody(context) {
    const table = ipvsOf(context);
    const { flows } = context.known;
    if (table === null || flows === null)
        return [];
    const found = [];
    for (const { protocol, original, reply } of flows.all()) {
        if (protocol !== UDP || original.destination.value === reply.source.value)
            continue;
        const server = table.find(protocol, original.destination, original.destinationPort, null);
        if (server === null)
            continue;
        const isReal = server.servers.some(({ address, port }) => address.value === reply.source.value && port === reply.sourcePort);
        if (isReal)
            continue;
        const text = (address, port) => formatSocket({ address, port: port ?? 0 });
        found.push(`${text(original.source, original.sourcePort)} → ${takenText(server.takes)} goes to ${text(reply.source, reply.sourcePort)}, which is no real server of it`);
        if (found.length === 100)
            break;
    }
    return found;
}
