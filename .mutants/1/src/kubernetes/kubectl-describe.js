/**
 * Reads `kubectl describe svc`.
 * @param lines in order; those of a port stand behind one another.
 * @returns the Service, or null for the description of another kind.
 */
export function readDescribed(lines) {
    const last = (key) => {
        const value = lines.findLast((line) => line.key === key)?.value ?? '<none>';
        return value === '<none>' || value === '' ? null : value;
    };
    const name = last('Name');
    const type = last('Type');
    const clusterIP = last('IP');
    if (name === null || type === null || clusterIP === null || last('Port') === null)
        return null;
    const ports = [];
    for (const { key, value } of lines) {
        const [, label = '', number, protocol] = /^(\S+)\s+(\d+)\/(TCP|UDP|SCTP)$/.exec(value) ?? [];
        if (number === undefined || protocol === undefined)
            continue;
        const port = ports.at(-1);
        if (key === 'Port')
            ports.push({ name: label === '<unset>' ? '' : label, port: Number(number), protocol });
        else if (key === 'NodePort' && port !== undefined)
            port.nodePort = Number(number);
    }
    const list = (text) => text?.split(/,\s*/).filter((one) => one !== '') ?? [];
    return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: last('Namespace') ?? 'default' },
        spec: {
            type,
            clusterIP,
            ports,
            externalIPs: list(last('External IPs')),
            sessionAffinity: last('Session Affinity') ?? undefined,
            externalTrafficPolicy: last('External Traffic Policy') ?? undefined,
            internalTrafficPolicy: last('Internal Traffic Policy') ?? undefined,
        },
        status: { loadBalancer: { ingress: list(last('LoadBalancer Ingress')).map(ingressOf) } },
    };
}
/** `192.0.2.7`, since Kubernetes 1.29 with its mode behind: `192.0.2.7 (VIP)`. */
function ingressOf(text) {
    const [, ip = text, ipMode] = /^(\S+) \((\w+)\)$/.exec(text) ?? [];
    return ipMode === undefined ? { ip } : { ip, ipMode };
}
