import { CHAINS } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { onlyService, serviceNames } from '../affected.js';
import { factEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { nodesWithEndpoint, refusalsOf, SHOWN, withoutLocalEndpoint } from './by-policy.js';
/** externalTrafficPolicy: Local, and no endpoint on this node: clients outside get no answer here. */
export const externalLocalNone = {
    code: 'KP104',
    title: 'externalTrafficPolicy Local without a local endpoint',
    find(context) {
        const ports = withoutLocalEndpoint(context, ({ service, port }) => service.externalTrafficPolicy === 'Local' &&
            (port.nodePort !== null || (service.type === 'LoadBalancer' && service.loadBalancer.length > 0)));
        if (ports.length === 0)
            return [];
        const names = serviceNames(ports);
        return [
            {
                code: 'KP104',
                severity: 'info',
                message: `by design, clients outside the cluster time out on this node for ${listed(names)}: externalTrafficPolicy is Local and no endpoint runs here`,
                service: onlyService(ports),
                objects: names,
                hits: context.known.proxyMode === 'ipvs'
                    ? 'clients outside the cluster that come to this node: IPVS sends them on to other nodes, whose answers do not come back this way; pods are served, and processes of the node at the cluster IP. At a node port or a load balancer’s address a process sends from that very address, which is not masqueraded: it times out where the other node does not send answers for it back here'
                    : 'clients outside the cluster that come to this node; pods and processes of the node are served',
                evidence: [
                    ...refusalsOf(ports, context, CHAINS.externalServices).slice(0, SHOWN),
                    ...ports
                        .slice(0, SHOWN)
                        .map((port) => factEvidence(`${labelOfPort(port)} has endpoints on ${nodesWithEndpoint(port)}`)),
                ],
                advice: 'send clients to the nodes that have an endpoint (a load balancer does so by health check), run a pod on every node, or set externalTrafficPolicy: Cluster, which hides the client address',
                command: null,
                certainty: 'certain',
            },
        ];
    },
};
