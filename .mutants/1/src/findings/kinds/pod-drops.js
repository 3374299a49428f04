import { command } from '../../command/command.js';
import { podNetworks } from '../../explain/question/this-node.js';
import { parseAddress } from '../../net/address.js';
import { prefixContains } from '../../net/prefix.js';
import { socketText } from '../../net/socket.js';
import { isInIptables } from '../../trace/place.js';
import { factEvidence, stepEvidence } from '../evidence.js';
import { clientsOf } from '../survey/senders.js';
/** In IPVS mode Services do not pass FORWARD, and pods that ask pods of other nodes do. */
export function podDrops(context) {
    if (context.known.proxyMode !== 'ipvs' || context.notCompared !== null)
        return [];
    for (const family of ['ipv4', 'ipv6']) {
        const client = clientsOf(context.known, family).find(({ side }) => side === 'pod');
        const other = otherNodes(context, family);
        if (client === undefined || other === null)
            continue;
        const { outcomes } = context.follower.follow(client, other);
        const [first] = outcomes;
        const step = first?.decidedBy;
        if (first === undefined || step === null || step === undefined || !isInIptables(step))
            continue;
        if (!outcomes.every(({ verdict, decidedBy }) => verdict === 'drop' && decidedBy === step))
            continue;
        if (step.event !== 'policy' || step.table !== 'filter' || step.chain !== 'FORWARD')
            continue;
        const where = socketText(other.address, other.port);
        return [
            {
                code: 'KP107',
                severity: 'error',
                message: `the policy of ${family} FORWARD is DROP and no rule accepts pod traffic: pods of this node cannot reach pods of other nodes by their own addresses; Services go on, as IPVS sends them through OUTPUT`,
                service: null,
                objects: ['chain FORWARD'],
                hits: 'pods that ask pods of other nodes directly, as headless Services have them do',
                evidence: [
                    stepEvidence(step, context.known.rulesets, first),
                    factEvidence(`example: ${client.from} → ${where}`),
                ],
                advice: 'set the policy to ACCEPT, or have the CNI plugin accept the pod network in FORWARD; find what set it (Docker, a hardening script), or it comes back',
                command: command(context.tool({ family, backend: step.backend }), '-P', 'FORWARD', 'ACCEPT'),
                certainty: 'certain',
            },
        ];
    }
    return [];
}
/** Some endpoint in the pod network that is on another node. */
function otherNodes(context, family) {
    const networks = podNetworks(context.known, family);
    for (const { endpoints, protocol, family: of } of context.expected ?? []) {
        if (of !== family)
            continue;
        for (const { address: text, port, node, ready } of endpoints) {
            const address = parseAddress(text);
            if (!ready || port === null || address === null || node === null || node === context.node.name)
                continue;
            if (networks.some((network) => prefixContains(network, address)))
                return { address, port, protocol };
        }
    }
    return null;
}
