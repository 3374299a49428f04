import { stringify } from 'yaml';
import { explainTrace } from '../../explain/explain-trace.js';
import { QuestionError } from '../../explain/question/question.js';
import { placeOf } from './judge-packet.js';
import { questionFor } from './question.js';
/** Ways into a Service port and clients that are written down. */
const CLIENTS = ['pod', 'node', 'external'];
/** As many Service ports as are written down: a file of thousands of lines is reviewed by nobody. */
const MOST = 100;
/**
 * Writes down what the capture does today, for review. Without a file so far: each Service port by cluster IP and node port,
 * from a pod, the node and outside. With one: the packets that stand there, what is said of flows, and the reasons that were
 * given for findings. What the capture leaves open is left out.
 * @param before the file as it is; null where there is none
 * @returns the text of an `expect.yaml`
 */
export function proposeExpectations(known, findings, before) {
    const all = before === null ? everyPort(known) : before.packets;
    const packets = all.flatMap((asked) => {
        const { name, from, to, protocol } = asked;
        const expect = observe(to, from, protocol, known);
        return expect === null ? [] : [{ name, from, to, ...(protocol === null ? {} : { protocol }), expect }];
    });
    const allow = findings.map(({ code, objects, message }) => {
        const kept = before?.allow.find((entry) => entry.code === code && (entry.object === null || objects.includes(entry.object)));
        const object = kept === undefined ? (objects.length === 1 ? (objects[0] ?? null) : null) : kept.object;
        const reason = kept?.reason ?? `there when this file was written: ${message}`;
        return { code, ...(object === null ? {} : { object }), reason };
    });
    const conntrack = (before?.conntrack ?? []).map(({ name, service, stale, most }) => ({
        name,
        service,
        ...(stale === null ? {} : { stale }),
        ...(most === null ? {} : { most }),
    }));
    const document = {
        apiVersion: 'kp-explain/v1',
        kind: 'Expectations',
        packets,
        ...(conntrack.length === 0 ? {} : { conntrack }),
        ...(allow.length === 0 ? {} : { findings: { allow } }),
    };
    return `# What this capture does today, written by kp-explain check --update. Review it: it is not what should be.\n${stringify(document, { lineWidth: 100 })}`;
}
/** Names and ports of the API, in order; headless Services have nothing that rules do. */
function everyPort(known) {
    const services = [...(known.cluster.services ?? [])]
        .filter(({ clusterIPs, type }) => type !== 'ExternalName' && clusterIPs.some((ip) => ip !== 'None' && ip !== ''))
        .sort((a, b) => compare(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`));
    const ports = services.flatMap((service) => service.ports.map((port) => ({ service, port })));
    return ports.slice(0, MOST).flatMap(({ service, port }) => {
        const label = `${service.namespace}/${service.name}`;
        const protocol = port.protocol.toLowerCase();
        const byPort = port.name === '' ? `${label}:${port.port}` : `${label}:${port.name}`;
        const targets = [
            { to: byPort, how: byPort },
            ...(port.nodePort === null
                ? []
                : [{ to: `node:${port.nodePort}`, how: `${label} by node port ${port.nodePort}` }]),
        ];
        return targets.flatMap(({ to, how }) => CLIENTS.map((from) => ({ name: `${how}/${protocol} from ${from}`, from, to, protocol })));
    });
}
function observe(to, from, protocol, known) {
    try {
        const [item] = explainTrace(questionFor({ from, to, protocol, sourcePort: null }), known);
        return item === undefined ? null : summarise(item);
    }
    catch (error) {
        if (error instanceof QuestionError)
            return null;
        throw error;
    }
}
function summarise({ outcomes }) {
    const verdicts = new Set(outcomes.map(({ verdict }) => verdict));
    const [verdict] = verdicts;
    if (verdicts.size !== 1 || verdict === undefined || verdict === 'unknown' || verdict === 'queue')
        return null;
    if (verdict !== 'accept')
        return { verdict };
    const rewrites = new Set(outcomes.map(({ source }) => source.rewrite !== 'none'));
    const [masquerade] = rewrites;
    return {
        verdict,
        endpoints: [...new Set(outcomes.map(placeOf))].sort(compare),
        ...(rewrites.size === 1 && masquerade !== undefined ? { masquerade } : {}),
    };
}
function compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}
