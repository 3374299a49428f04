import type { Endpoint, PodList } from '../../../kubernetes/objects.ts';
import { formatAddress, parseAddress } from '../../../net/address.ts';
import { prefixContains } from '../../../net/prefix.ts';
import { socketText } from '../../../net/socket.ts';
import { hasRole } from '../../../proxy/chains.ts';
import { isKubeProxyTable } from '../../../proxy/nft-roles.ts';
import type { Outcome, Step } from '../../../trace/outcome.ts';
import { thisNodeName } from '../../question/this-node.ts';
import type { Remark } from '../../trace-list.ts';
import { type RemarkContext, remark } from './context.ts';
import { podsAsking } from './host-port.ts';
import { isTranslated, placeOf, translatedBy } from './path-facts.ts';
import { isUsable } from './target.ts';

/** Holds where a rule sends the packet against what the API says of the Service's endpoints. */
export function endpointTarget(outcome: Outcome, context: RemarkContext): readonly Remark[] {
  const { trace, target } = context;
  const by = translatedBy(outcome);
  if (outcome.verdict !== 'accept' || by === null || !isTranslated(outcome, trace)) return [];
  if (hasRole(by.chain, 'portal')) return userspace(outcome, context);
  const { label, endpoints } = target;
  const address = formatAddress(outcome.destination.address);
  const { port } = outcome.destination;
  const socket = socketText(address, port);
  if (label === null || endpoints === null) return unknownAddress(outcome, context);
  const same = target.endpointsAt.get(address) ?? [];
  const exact = same.find((endpoint) => endpoint.port === port);
  if (exact !== undefined) return state(exact, socket, context);
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
function isOfEndpoint(step: Step): boolean {
  return step.program === 'nft'
    ? isKubeProxyTable({ family: step.family, name: step.table })
    : hasRole(step.chain, 'endpoint');
}

/** The endpoint is the API's own; its state may still tell why it does not answer. */
function state(endpoint: Endpoint, socket: string, context: RemarkContext): Remark[] {
  const { known, target } = context;
  if (!isUsable(endpoint)) {
    const text = `the API says that ${socket} is not ready: kube-proxy would not use it, so the rules are older than the API objects`;
    return remark('endpoint-not-ready', 'may-break', text);
  }
  const { pod } = endpoint;
  if (pod === null || !endpoint.ready) return [];
  const parsed = parseAddress(endpoint.address);
  const found = (parsed === null ? [] : known.book.podsAt(parsed)).find(
    ({ namespace, name }) => namespace === pod.namespace && name === pod.name,
  );
  if (found === undefined) return podGone(endpoint, pod, socket, context);
  if (found.ready) return [];
  const text = `pod ${pod.namespace}/${pod.name} (${socket}) is not Ready, though its EndpointSlice still lists it as a ready endpoint of ${target.label}`;
  return remark('pod-not-ready', 'may-break', text);
}

/** The endpoint names a pod that the API's pods do not have at its address. */
function podGone(
  { node }: Endpoint,
  pod: { readonly namespace: string; readonly name: string },
  socket: string,
  context: RemarkContext,
): Remark[] {
  const { known, target } = context;
  const { pods } = known.cluster;
  if (pods === null || !listsWhole(context) || !listsPods(pods, node, thisNodeName(known))) return [];
  const label = `${pod.namespace}/${pod.name}`;
  const named = known.book.podNamed(pod.namespace, pod.name);
  const [other] = named?.ips ?? [];
  const has =
    named === null
      ? `no pod ${label}`
      : `pod ${label} at ${other === undefined ? 'no address' : other}, not there`;
  const text = `the API has ${has}: its EndpointSlice still lists ${socket} as a ready endpoint of ${target.label}, and whether anybody answers there is unknown`;
  return remark('endpoint-pod-gone', 'may-break', text);
}

/**
 * Of a live node the API is asked for its own pods and those that the question names, and somebody may have captured a namespace alone.
 * Pods of several namespaces, on the very node, are a list that has the node's other pods too.
 */
function listsPods(pods: PodList, node: string | null, thisNode: string | null): boolean {
  if (node === null) return false;
  const own = pods.filter((pod) => pod.node === node);
  const isOwn = node === thisNode;
  const [first] = pods;
  return own.length > (isOwn ? 0 : 1) && pods.some(({ namespace }) => namespace !== first?.namespace);
}

const SHOWN = 3;

/** The endpoints that the API has now, in a few words. */
function usableText(endpoints: readonly Endpoint[]): string {
  const usable = endpoints.filter(isUsable).map(({ address, port }) => socketText(address, port));
  if (usable.length === 0) return 'no ready endpoint';
  const more = usable.length > SHOWN ? ` and ${usable.length - SHOWN} more` : '';
  return `${usable.length === 1 ? 'endpoint' : 'endpoints'} ${usable.slice(0, SHOWN).join(', ')}${more}`;
}

function unknownAddress(outcome: Outcome, context: RemarkContext): Remark[] {
  if (!isUnknown(outcome, context)) return [];
  // Host ports have a sentence of their own.
  if (context.target.label === null && podsAsking(context).length > 0) return [];
  const text = `no known pod or node has ${formatAddress(outcome.destination.address)}`;
  return remark('unknown-address', listsWhole(context) ? 'breaks' : 'may-break', text);
}

/** Every cluster has Service default/kubernetes (pkg/controlplane): without it the objects are those of some namespaces only. */
function listsWhole({ known }: RemarkContext): boolean {
  const services = known.cluster.services ?? [];
  return services.some(({ namespace, name }) => namespace === 'default' && name === 'kubernetes');
}

/** True for an address of the pods' network that nobody in the capture has. */
function isUnknown({ destination }: Outcome, { known, namer, podNetworks }: RemarkContext): boolean {
  if (known.cluster.pods === null) return false;
  if (namer.endpointAt(formatAddress(destination.address), destination.port) !== null) return false;
  return podNetworks.some((network) => prefixContains(network, destination.address));
}

/** pkg/proxy/userspace (up to 1.25): rules lead to a port of kube-proxy, which opens a connection of its own. */
function userspace({ destination }: Outcome, { target }: RemarkContext): Remark[] {
  const text = `kube-proxy (userspace mode) listens on port ${destination.port} of this node and opens a connection of its own to an endpoint of ${target.label ?? 'the Service'}: which one stands in no rule, and the endpoint sees the node as its client`;
  return remark('userspace-proxy', 'none', text);
}
