import { textOf } from '../json/fields.js';
import { addressTextOf, nameOf, portOf } from './fields.js';
import { OBJECT_FIELDS } from './object-fields.js';
import { partOf, partsOf, shaped } from './shape.js';
const FIELDS = OBJECT_FIELDS.Pod;
/** Reads a Pod (core v1). @returns null where it has no name. */
export function readPod(object) {
    const name = nameOf(object);
    if (name === null)
        return null;
    const whole = shaped(FIELDS, object);
    const spec = partOf(whole.spec);
    const status = partOf(whole.status);
    return {
        ...name,
        node: textOf(spec.nodeName),
        ips: readIPs(status),
        hostNetwork: spec.hostNetwork === true,
        phase: textOf(status.phase),
        ready: partsOf(status.conditions)
            .map(partOf)
            .some((condition) => condition.type === 'Ready' && condition.status === 'True'),
        terminating: textOf(partOf(whole.metadata).deletionTimestamp) !== null,
        hostPorts: readHostPorts(spec),
    };
}
function readIPs(status) {
    const ips = new Set();
    for (const item of [...partsOf(status.podIPs).map((entry) => partOf(entry).ip), status.podIP]) {
        const address = addressTextOf(item);
        if (address !== null)
            ips.add(address);
    }
    return [...ips];
}
/** Containers, and init containers that stay (restartPolicy Always): sidecars keep their host ports. */
function readHostPorts(spec) {
    const staying = partsOf(spec.initContainers).filter((container) => partOf(container).restartPolicy === 'Always');
    const hostPorts = [];
    for (const container of [...staying, ...partsOf(spec.containers)]) {
        for (const item of partsOf(partOf(container).ports)) {
            const fields = partOf(item);
            const hostPort = portOf(fields.hostPort);
            const containerPort = portOf(fields.containerPort);
            if (hostPort === null || containerPort === null)
                continue;
            const protocol = textOf(fields.protocol) ?? 'TCP';
            hostPorts.push({ hostPort, hostIP: addressTextOf(fields.hostIP), containerPort, protocol });
        }
    }
    return hostPorts;
}
