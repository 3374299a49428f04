import { asksForProxyProtocol } from '../../kubernetes/annotations.js';
import { listed } from '../../words/numbers.js';
import { onlyService, serviceNames } from '../affected.js';
import { factEvidence } from '../evidence.js';
/** A load balancer that speaks PROXY protocol, and an address of it that kube-proxy takes over inside the cluster. */
export const proxyProtocolShortCut = {
    code: 'KP121',
    title: 'load balancer is passed over inside the cluster',
    find(context) {
        if (context.notCompared !== null)
            return [];
        const ports = (context.expected ?? []).filter(({ service, family }) => service.loadBalancer.some(({ ip, ipMode }) => ip !== null && ip.includes(':') === (family === 'ipv6') && ipMode !== 'Proxy') && asksForProxyProtocol(service.annotations));
        if (ports.length === 0)
            return [];
        const names = serviceNames(ports);
        return [
            {
                code: 'KP121',
                severity: 'info',
                message: `pods and nodes that use the load balancer IP of ${listed(names)} never reach the load balancer: kube-proxy sends them to the endpoints, without the PROXY protocol that those expect`,
                service: onlyService(ports),
                objects: names,
                hits: 'clients inside the cluster that use the load balancer’s address or name',
                evidence: ports
                    .slice(0, 5)
                    .map(({ service }) => factEvidence(`${service.namespace}/${service.name}: ${service.loadBalancer.map(({ ip, ipMode }) => `${ip ?? '-'} ipMode ${ipMode ?? 'VIP'}`).join(', ')}`)),
                advice: 'have the cloud provider set ipMode: Proxy on the ingress address (Kubernetes 1.30 and later), or publish a host name instead of the address',
                command: null,
                certainty: 'probable',
            },
        ];
    },
};
