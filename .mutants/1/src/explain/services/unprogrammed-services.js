import { formatAddress } from '../../net/address.js';
import { CHAINS } from '../../proxy/chains.js';
import { byName, serviceAddresses } from '../../proxy/service-index.js';
import { isWhole } from './not-captured.js';
/** kube-proxy leaves Services with this label to another proxy (pkg/proxy/apis/well_known_labels.go). */
const OTHER_PROXY = 'service.kubernetes.io/service-proxy-name';
/**
 * Finds Service ports of the API that the rules hold nothing of: no entry, no chain, no refusal. Headless and ExternalName
 * Services and those of another proxy are no business of kube-proxy.
 * @param items what the rules program
 * @param told the families of which the capture holds all that is programmed, see `familiesTold` for iptables
 */
export function findUnprogrammed(items, told, cluster) {
    const families = new Set(told);
    const programmed = new Set(items.map((item) => keyOf(item.namespace, item.name, item.port, item.protocol, item.family)));
    return [...(cluster.services ?? [])]
        .filter((service) => isOurs(service))
        .sort(byName)
        .flatMap(portsOf)
        .filter(({ family }) => families.has(family))
        .filter((port) => !programmed.has(keyOf(port.namespace, port.name, port.port, port.protocol, port.family)));
}
/** @returns the families whose nat and filter tables are there as a whole, and in which kube-proxy wrote something. */
export function familiesTold(rulesets) {
    return [...new Set(rulesets.filter(tellsAll).map(({ family }) => family))];
}
function portsOf(service) {
    return serviceAddresses(service)
        .filter(({ via }) => via === 'clusterIP')
        .flatMap(({ address }) => service.ports.map((port) => ({
        namespace: service.namespace,
        name: service.name,
        port: port.name === '' ? null : port.name,
        protocol: port.protocol.toLowerCase(),
        family: address.family,
        address: formatAddress(address),
        portNumber: port.port,
    })));
}
function isOurs({ type, labels }) {
    return type !== 'ExternalName' && labels[OTHER_PROXY] === undefined;
}
function tellsAll({ form, tables }) {
    const nat = tables.get('nat');
    const filter = tables.get('filter');
    return form === 'save' && isWhole(nat) && isWhole(filter) && nat?.chains.has(CHAINS.services) === true;
}
function keyOf(...parts) {
    return parts.map((part) => part ?? '').join(' ');
}
