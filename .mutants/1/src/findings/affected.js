import { formatAddress } from '../net/address.js';
import { socketText } from '../net/socket.js';
import { listed } from '../words/numbers.js';
import { labelOfPort } from './expected/expected-port.js';
import { sideText } from './survey/survey.js';
/** @returns `namespace/service`, each once, in the order given. */
export function serviceNames(ports) {
    return [...new Set(ports.map(({ service }) => `${service.namespace}/${service.name}`))];
}
/** @returns the Service, and its port where only one is meant; null where several Services are. */
export function onlyService(ports) {
    const [first] = ports;
    if (first === undefined || serviceNames(ports).length !== 1)
        return null;
    const labels = new Set(ports.map(labelOfPort));
    const port = labels.size === 1 && first.port.name !== '' ? first.port.name : null;
    return { namespace: first.service.namespace, name: first.service.name, port };
}
/** @returns who notices: `pods of this node and processes of this node, by cluster IP`. */
export function hitsOf(deviations) {
    const sides = SIDE_ORDER.filter((side) => deviations.some((deviation) => deviation.side === side));
    const vias = VIA_ORDER.filter((via) => deviations.some(({ way }) => way.via === via));
    return `${listed(sides.map(sideText))}, by ${listed(vias.map(viaText))}`;
}
const SIDE_ORDER = ['pod', 'node', 'external', 'admitted', 'barred'];
const VIA_ORDER = ['clusterIP', 'nodePort', 'externalIP', 'loadBalancerIP'];
/** @returns the way in, in the words of the other commands. */
export function viaText(via) {
    return VIAS[via];
}
const VIAS = {
    clusterIP: 'cluster IP',
    nodePort: 'node port',
    externalIP: 'external IP',
    loadBalancerIP: 'load balancer IP',
};
/** @returns a connection that shows it, as one would try it: `10.244.1.13 → 10.96.10.1:80/tcp (shop/web)`. */
export function exampleOf({ port, way, client }) {
    const protocol = port.port.protocol.toLowerCase();
    return `${client.from} → ${socketText(way.address, way.port)}/${protocol} (${labelOfPort(port)})`;
}
/** @returns who sends, with the address where one is known: `pod shop/client-a (10.244.1.13)`. */
export function exampleClient({ from, sender }) {
    if (sender.address === null)
        return from;
    const address = formatAddress(sender.address);
    return from.includes(address) ? from : `${from} (${address})`;
}
/** @returns the Service port as findings name it: a port without a name is null. */
export function findingService({ namespace, name, port, }) {
    return { namespace, name, port: port === '' ? null : port };
}
