import { formatAddress, parseAddress } from '../../../net/address.js';
import { prefixContains } from '../../../net/prefix.js';
import { socketText } from '../../../net/socket.js';
import { hasRole } from '../../../proxy/chains.js';
import { isKubeProxyTable } from '../../../proxy/nft-roles.js';
import { remark } from './context.js';
import { podsAsking } from './host-port.js';
import { isTranslated, placeOf, translatedBy } from './path-facts.js';
import { isUsable } from './target.js';
/** Holds where a rule sends the packet against what the API says of the Service's endpoints. */
export function endpointTarget(outcome, context) {
    const { trace, target } = context;
    const by = translatedBy(outcome);
    if (outcome.verdict !== 'accept' || by === null || !isTranslated(outcome, trace))
        return [];
    if (hasRole(by.chain, 'portal'))
        return userspace(outcome, context);
    const { label, endpoints } = target;
    const address = formatAddress(outcome.destination.address);
    const { port } = outcome.destination;
    const socket = socketText(address, port);
    if (label === null || endpoints === null)
        return unknownAddress(outcome, context);
    const same = target.endpointsAt.get(address) ?? [];
    const exact = same.find((endpoint) => endpoint.port === port);
    if (exact !== undefined)
        return state(exact, socket, context);
    const [other] = same;
    if (other !== undefined) {
        const text = `${placeOf(by)} sends the packet to port ${port ?? 'unknown'} of ${address}, where the API has ${label} listen on port ${other.port}`;
        return remark('endpoint-port-differs', 'may-break', text);
    }
    const nobody = unknownAddress(outcome, context);
    const effect = nobody.length === 0 ? 'may-break' : 'breaks';
    if (!isOfEndpoint(by)) {
        const text = `${placeOf(by)}, which is not kube-proxy's for ${label}, sends the packet to ${socket}, no endpoint of it`;
        return [...remark('foreign-target', effect, text), ...nobody];
    }
    const stale = `the rules are stale: in the API ${label} has ${usableText(endpoints)}, and not ${socket}`;
    return [{ code: 'not-an-endpoint', effect, text: stale, about: socket, settle: null }, ...nobody];
}
/** In nftables mode the chains of Services translate, too. */
function isOfEndpoint(step) {
    return step.program === 'nft'
        ? isKubeProxyTable({ family: step.family, name: step.table })
        : hasRole(step.chain, 'endpoint');
}
/** The endpoint is the API's own; its state may still tell why it does not answer. */
function state(endpoint, socket, { known, target }) {
    if (!isUsable(endpoint)) {
        const text = `the API says that ${socket} is not ready: kube-proxy would not use it, so the rules are older than the API objects`;
        return remark('endpoint-not-ready', 'may-break', text);
    }
    const { pod } = endpoint;
    if (pod === null || !endpoint.ready)
        return [];
    const parsed = parseAddress(endpoint.address);
    const found = (parsed === null ? [] : known.book.podsAt(parsed)).find(({ namespace, name }) => namespace === pod.namespace && name === pod.name);
    if (found === undefined || found.ready)
        return [];
    const text = `pod ${pod.namespace}/${pod.name} (${socket}) is not Ready, though its EndpointSlice still lists it as a ready endpoint of ${target.label}`;
    return remark('pod-not-ready', 'may-break', text);
}
const SHOWN = 3;
/** The endpoints that the API has now, in a few words. */
function usableText(endpoints) {
    const usable = endpoints.filter(isUsable).map(({ address, port }) => socketText(address, port));
    if (usable.length === 0)
        return 'no ready endpoint';
    const more = usable.length > SHOWN ? ` and ${usable.length - SHOWN} more` : '';
    return `${usable.length === 1 ? 'endpoint' : 'endpoints'} ${usable.slice(0, SHOWN).join(', ')}${more}`;
}
function unknownAddress(outcome, context) {
    if (!isUnknown(outcome, context))
        return [];
    // Host ports have a sentence of their own.
    if (context.target.label === null && podsAsking(context).length > 0)
        return [];
    const text = `no known pod or node has ${formatAddress(outcome.destination.address)}`;
    return remark('unknown-address', listsWhole(context) ? 'breaks' : 'may-break', text);
}
/** Every cluster has Service default/kubernetes (pkg/controlplane): without it the objects are those of some namespaces only. */
function listsWhole({ known }) {
    const services = known.cluster.services ?? [];
    return services.some(({ namespace, name }) => namespace === 'default' && name === 'kubernetes');
}
/** True for an address of the pods' network that nobody in the capture has. */
function isUnknown({ destination }, { known, namer, podNetworks }) {
    if (known.cluster.pods === null)
        return false;
    if (namer.endpointAt(formatAddress(destination.address), destination.port) !== null)
        return false;
    return podNetworks.some((network) => prefixContains(network, destination.address));
}
/** pkg/proxy/userspace (up to 1.25): rules lead to a port of kube-proxy, which opens a connection of its own. */
function userspace({ destination }, { target }) {
    const text = `kube-proxy (userspace mode) listens on port ${destination.port} of this node and opens a connection of its own to an endpoint of ${target.label ?? 'the Service'}: which one stands in no rule, and the endpoint sees the node as its client`;
    return remark('userspace-proxy', 'none', text);
}
