import { dictionary } from '../lookup/dictionary.js';
import { readDescribed } from './kubectl-describe.js';
/** How many words of a row can be told: what follows may hold blanks. */
const TOLD = 9;
/**
 * Reads tables of `kubectl get svc|pods|nodes [-o wide] [-A]` and `kubectl describe svc`, one after another, each perhaps behind
 * its command. Other tables tell nothing here. Lines that fit nothing are left out.
 */
export function readTables(text) {
    const objects = [];
    let columns = null;
    let asked = null;
    let guessed = false;
    let described = [];
    // Service kubernetes is in namespace default, and only there.
    const proven = /^kubernetes\s+ClusterIP\s/m.test(text);
    const namespaceOf = (own) => {
        guessed ||= own === undefined && asked === null && !proven;
        return own ?? asked ?? 'default';
    };
    const endDescription = () => {
        const object = readDescribed(described);
        if (object !== null)
            objects.push(object);
        described = [];
    };
    for (const line of text.split('\n')) {
        const field = /^\s*([A-Za-z][\w /-]*):(?:\s+(.*?))?\s*$/.exec(line);
        if (/\b(?:kubectl|oc)\s/.test(line)) {
            endDescription();
            asked = /\s(?:-n|--namespace)[= ]?(\S+)/.exec(line)?.[1] ?? null;
            columns = null;
        }
        else if (/^(?:NAMESPACE\s+)?NAME\s/.test(line)) {
            endDescription();
            columns = line.trim().split(/\s+/);
        }
        else if (field !== null && (columns === null || field[1] === 'Name')) {
            columns = null;
            if (field[1] === 'Name')
                endDescription();
            described.push({ key: field[1] ?? '', value: field[2] ?? '' });
        }
        else if (columns !== null) {
            const object = objectOf(rowOf(columns, line), namespaceOf);
            if (object !== null)
                objects.push(object);
        }
    }
    endDescription();
    return { objects, namespaceGuessed: guessed };
}
/** `3 (2d ago)` in the column of restarts is one value of three words. */
function rowOf(columns, line) {
    const words = line
        .replace(/ \([^)]* ago\)/, '')
        .trim()
        .split(/\s+/);
    return Object.fromEntries(columns.slice(0, TOLD).map((column, index) => [column, words[index] ?? '']));
}
function objectOf(row, namespaceOf) {
    // `kubectl get svc,ep` says of each what it is.
    const name = (row.NAME ?? '').replace(/^(?:service|pod|node)\//, '');
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(name))
        return null;
    if (row['CLUSTER-IP'] !== undefined)
        return serviceOf(row, name, namespaceOf);
    if (row.READY !== undefined && row.IP !== undefined)
        return podOf(row, name, namespaceOf);
    if (row['INTERNAL-IP'] !== undefined)
        return nodeOf(row, name);
    return null;
}
function serviceOf(row, name, namespaceOf) {
    const ports = portsOf(row['PORT(S)'] ?? '');
    const type = row.TYPE ?? 'ClusterIP';
    if (ports === null || !/^(?:ClusterIP|NodePort|LoadBalancer|ExternalName)$/.test(type))
        return null;
    const outside = (row['EXTERNAL-IP'] ?? '').split(',').filter((one) => /^[\da-f]*[.:][\da-f.:]+$/.test(one));
    const balanced = type === 'LoadBalancer';
    return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: namespaceOf(row.NAMESPACE) },
        spec: {
            type,
            clusterIP: row['CLUSTER-IP'],
            ports,
            ...(balanced ? {} : { externalIPs: outside }),
        },
        ...(balanced ? { status: { loadBalancer: { ingress: outside.map((ip) => ({ ip })) } } } : {}),
    };
}
/** `80/TCP,443:30443/TCP`, or `<none>`. @returns null for what is no such list. */
function portsOf(text) {
    if (text === '<none>')
        return [];
    const found = text.split(',').map((one) => /^(\d+)(?::(\d+))?\/(TCP|UDP|SCTP)$/.exec(one));
    const ports = found.flatMap((match) => match === null
        ? []
        : [
            {
                port: Number(match[1]),
                protocol: match[3] ?? '',
                ...(match[2] === undefined ? {} : { nodePort: Number(match[2]) }),
            },
        ]);
    return ports.length === found.length ? ports : null;
}
function podOf(row, name, namespaceOf) {
    const [, ready, all] = /^(\d+)\/(\d+)$/.exec(row.READY ?? '') ?? [];
    if (ready === undefined)
        return null;
    const isReady = ready === all && row.STATUS === 'Running';
    return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: namespaceOf(row.NAMESPACE) },
        spec: row.NODE === '<none>' ? {} : { nodeName: row.NODE },
        status: {
            phase: PHASES[row.STATUS ?? ''] ?? 'Running',
            podIP: row.IP,
            conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
        },
    };
}
const PHASES = dictionary({
    Completed: 'Succeeded',
    Error: 'Failed',
    Evicted: 'Failed',
    Pending: 'Pending',
});
function nodeOf(row, name) {
    const addresses = [
        { type: 'InternalIP', address: row['INTERNAL-IP'] },
        { type: 'ExternalIP', address: row['EXTERNAL-IP'] },
    ].filter(({ address }) => address !== undefined && address !== '<none>');
    return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { addresses } };
}
