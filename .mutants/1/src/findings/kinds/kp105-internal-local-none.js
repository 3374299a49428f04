import { CHAINS } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { onlyService, serviceNames } from '../affected.js';
import { factEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { nodesWithEndpoint, refusalsOf, SHOWN, withoutLocalEndpoint } from './by-policy.js';
/** internalTrafficPolicy: Local, and no endpoint on this node: pods here get no answer, in iptables mode not even a refusal. */
export const internalLocalNone = {
    code: 'KP105',
    title: 'internalTrafficPolicy Local without a local endpoint',
    find(context) {
        if (context.minor !== null && context.minor < 22)
            return [];
        const ports = withoutLocalEndpoint(context, ({ service }) => service.internalTrafficPolicy === 'Local');
        if (ports.length === 0)
            return [];
        const names = serviceNames(ports);
        const refuses = context.known.proxyMode === 'ipvs';
        return [
            {
                code: 'KP105',
                severity: 'info',
                message: `by design, the cluster IP of ${listed(names)} ${refuses ? 'is refused' : 'times out'} on this node: internalTrafficPolicy is Local and no endpoint runs here`,
                service: onlyService(ports),
                objects: names,
                hits: refuses
                    ? 'pods and processes of this node: IPVS refuses what has no real server'
                    : 'pods and processes of this node; packets are dropped, so clients wait instead of being refused',
                evidence: [
                    ...refusalsOf(ports, context, CHAINS.services).slice(0, SHOWN),
                    ...ports
                        .slice(0, SHOWN)
                        .map((port) => factEvidence(`${labelOfPort(port)} has endpoints on ${nodesWithEndpoint(port)}`)),
                ],
                advice: 'run a pod of the Service on every node that has clients (a DaemonSet), or set internalTrafficPolicy: Cluster',
                command: null,
                certainty: 'certain',
            },
        ];
    },
};
