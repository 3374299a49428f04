import { formatPrefix } from '../../net/prefix.js';
import { listed } from '../../words/numbers.js';
import { onlyService, serviceNames } from '../affected.js';
import { factEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { sourceRangesOf } from '../expected/ways.js';
/** loadBalancerSourceRanges guard the load balancer's address only; the node port is open to everybody. */
export const sourceRangesNodePort = {
    code: 'KP120',
    title: 'source ranges do not guard the node port',
    find(context) {
        if (context.notCompared !== null)
            return [];
        const ports = (context.expected ?? []).filter((port) => port.port.nodePort !== null &&
            sourceRangesOf(port).length > 0 &&
            sourceRangesOf(port).every(({ mask }) => mask !== 0n));
        if (ports.length === 0)
            return [];
        const names = serviceNames(ports);
        return [
            {
                code: 'KP120',
                severity: 'info',
                message: `by design, loadBalancerSourceRanges of ${listed(names)} hold for the load balancer IP only: the node port takes every client that can reach the node`,
                service: onlyService(ports),
                objects: names,
                hits: 'whoever relies on the ranges alone to keep clients out',
                evidence: ports
                    .slice(0, 12)
                    .map((port) => factEvidence(`${labelOfPort(port)}: ranges ${listed(sourceRangesOf(port).map(formatPrefix))}, node port ${port.port.nodePort} open`)),
                advice: 'set allocateLoadBalancerNodePorts: false where the load balancer needs no node port, or close the port in a firewall',
                command: null,
                certainty: 'certain',
            },
        ];
    },
};
