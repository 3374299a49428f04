import { interfaceSwitch } from '../../host/sysctl.js';
import { parseAddress } from '../../net/address.js';
import { listed } from '../../words/numbers.js';
import { onlyService, serviceNames } from '../affected.js';
import { setSysctl } from '../commands.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { nodePortJumps, takesNodePorts } from '../survey/node-port-rules.js';
/** The rules take node ports at 127.0.0.1, and the kernel does not let such packets out. */
export const localhostNodePort = {
    code: 'KP123',
    title: 'node ports at 127.0.0.1 do not work',
    find(context) {
        const loopback = parseAddress('127.0.0.1');
        if (context.notCompared !== null || loopback === null)
            return [];
        const jumps = nodePortJumps(context.known, 'ipv4');
        if (jumps.length === 0 || !takesNodePorts(jumps, loopback))
            return [];
        const ports = (context.expected ?? []).filter(({ family, port, endpoints }) => family === 'ipv4' &&
            port.nodePort !== null &&
            port.protocol !== 'SCTP' &&
            endpoints.some(({ ready }) => ready));
        const { host } = context.known;
        const links = (host.links ?? []).filter(({ loopback: isLo, up, addresses }) => !isLo && up && addresses.some(({ address }) => address.family === 'ipv4'));
        const switches = links.map(({ name }) => interfaceSwitch(host, 'ipv4', 'route_localnet', name, 'or'));
        if (ports.length === 0 ||
            !switches.includes(0) ||
            switches.some((value) => value !== 0 && value !== null))
            return [];
        const names = serviceNames(ports);
        const [jump] = jumps;
        const example = ports[0]?.port.nodePort;
        return [
            {
                code: 'KP123',
                severity: 'warning',
                message: `node ports do not work at 127.0.0.1 on this node: route_localnet is 0, so the kernel drops what the rules send on (${listed(names, 3)})`,
                service: onlyService(ports),
                objects: ['net.ipv4.conf.all.route_localnet', ...names],
                hits: `processes of the node that use 127.0.0.1:${example ?? 'NODEPORT'} or localhost; the node’s own address works`,
                evidence: [
                    factEvidence(`net.ipv4.conf.all.route_localnet = ${host.sysctls?.get('net.ipv4.conf.all.route_localnet') ?? '?'}, and no interface has it set`),
                    ...(jump === undefined ? [] : [ruleEvidence(jump.rule)]),
                ],
                advice: 'use the node’s address instead of 127.0.0.1; or set the switch (kube-proxy does so when it starts with iptables.localhostNodePorts, and something set it back)',
                command: setSysctl('net.ipv4.conf.all.route_localnet', 1),
                certainty: switches.includes(null) ? 'probable' : 'certain',
            },
        ];
    },
};
