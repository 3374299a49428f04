import { closeSync, openSync, writeSync } from 'node:fs';
import { nodeAddress, podNetwork } from './cluster.js';
import { Random } from './random.js';
/**
 * Writes a listing of conntrack -L whose lines have the shapes of a captured node: pods and the node itself to Services, node
 * ports from outside behind masquerade, DNS over UDP, pods to pods. One flow in a thousand goes to an endpoint that is gone.
 */
export function writeFlows(path, cluster, count, seed) {
    const random = new Random(seed);
    const file = openSync(path, 'w');
    try {
        let lines = [];
        for (let index = 0; index < count; index++) {
            lines.push(flowLine(cluster, random));
            if (lines.length < 10_000)
                continue;
            writeSync(file, lines.join(''));
            lines = [];
        }
        writeSync(file, lines.join(''));
    }
    finally {
        closeSync(file);
    }
}
function flowLine(cluster, random) {
    const service = pick(cluster.services, random);
    const backend = pick(service.backends, random);
    const port = pick(service.ports, random);
    const gone = random.next() < 0.001;
    const endpoint = gone ? `${podNetwork(0)}.250` : backend.address;
    const from = 1024 + random.below(64_000);
    const kind = random.next();
    const end = 'mark=0 use=1\n';
    if (port.nodePort !== null && kind < 0.5) {
        const client = `203.0.${random.below(256)}.${random.below(256)}`;
        const node = nodeAddress(0);
        const there = `src=${client} dst=${node} sport=${from} dport=${port.nodePort}`;
        return `tcp      6 ${431_900 + random.below(100)} ESTABLISHED ${there} src=${endpoint} dst=${node} sport=${port.target} dport=${1024 + random.below(64_000)} [ASSURED] ${end}`;
    }
    const pod = `${podNetwork(0)}.${2 + random.below(200)}`;
    if (kind < 0.1) {
        const there = `src=${pod} dst=${service.clusterIP} sport=${from} dport=53`;
        return `udp      17 ${random.below(30)} ${there} [UNREPLIED] src=${service.clusterIP} dst=${pod} sport=53 dport=${from} ${end}`;
    }
    if (kind < 0.2) {
        const there = `src=${pod} dst=${endpoint} sport=${from} dport=${port.target}`;
        return `tcp      6 ${random.below(120)} TIME_WAIT ${there} src=${endpoint} dst=${pod} sport=${port.target} dport=${from} [ASSURED] ${end}`;
    }
    const there = `src=${pod} dst=${service.clusterIP} sport=${from} dport=${port.port}`;
    return `tcp      6 ${431_900 + random.below(100)} ESTABLISHED ${there} src=${endpoint} dst=${pod} sport=${port.target} dport=${from} [ASSURED] ${end}`;
}
function pick(list, random) {
    const item = list[random.below(list.length)];
    if (item === undefined)
        throw new Error('nothing to choose from');
    return item;
}
