import { command } from '../command/command.ts';
import { printCommand } from '../command/quote.ts';
import { seenSockets } from '../explain/services/seen-sockets.ts';
import { isUsable } from '../explain/trace/remarks/target.ts';
import type { TraceItem } from '../explain/trace-list.ts';
import { findingService } from '../findings/affected.ts';
import { factEvidence } from '../findings/evidence.ts';
import { labelOfPort } from '../findings/expected/expected-port.ts';
import type { Cluster, Endpoint, Service } from '../kubernetes/objects.ts';
import { omittedNamespaces } from '../kubernetes/omitted-namespaces.ts';
import { endpointsSeen, HEADLESS, OTHER_PROXY } from '../kubernetes/passed-over.ts';
import { socketText } from '../net/socket.ts';
import { bookOf } from '../proxy/addresses.ts';
import { counted, listed } from '../words/numbers.ts';
import type { Cause } from './cause.ts';
import type { Subject } from './ways.ts';

/** What the API has behind a Service port. */
export interface Behind {
  readonly usable: readonly Endpoint[];
  readonly unready: readonly Endpoint[];
  /** In slices that kube-proxy does not see. */
  readonly unseen: readonly Endpoint[];
  /** Endpoints of the Service's other ports. */
  readonly others: readonly Endpoint[];
}

/** @returns the endpoints of the port; null where endpoints were not captured, or the Service is not in the API. */
export function behind({ object }: Subject, cluster: Cluster): Behind | null {
  if (object === null || cluster.endpoints === null) return null;
  const { service, port } = object;
  if (omittedNamespaces(cluster).has(service.namespace)) return null;
  const all = bookOf(cluster).endpointsOf(service.namespace, service.name);
  const ofPort = all.filter(
    ({ portName, protocol }) =>
      portName === port.name && protocol.toUpperCase() === port.protocol.toUpperCase(),
  );
  const own = endpointsSeen(service, ofPort);
  return {
    usable: own.filter(isUsable),
    unready: own.filter((one) => !isUsable(one)),
    unseen: ofPort.filter((one) => !own.includes(one)),
    others: all.filter((one) => !ofPort.includes(one)),
  };
}

/** @returns what the API has of the Service port, in clauses; of what only kubectl's tables show, no more than they do. */
export function apiFacts({ object }: Subject, found: Behind | null, cluster: Cluster): string[] {
  if (object === null) return [];
  const { service, port } = object;
  const settings = [
    `type ${service.type}`,
    ...(port.targetPort === null ? [] : [`targetPort ${port.targetPort}`]),
    ...(service.externalTrafficPolicy === 'Local' ? ['externalTrafficPolicy Local'] : []),
    ...(service.internalTrafficPolicy === 'Local' ? ['internalTrafficPolicy Local'] : []),
    ...(service.sessionAffinity === 'ClientIP' ? ['sessionAffinity ClientIP'] : []),
    ...(service.loadBalancerSourceRanges.length > 0
      ? [`loadBalancerSourceRanges ${listed(service.loadBalancerSourceRanges, 3)}`]
      : []),
  ];
  const who = found === null ? seenText(service, cluster) : endpointsText(found);
  return [`${settings.join(', ')}; ${who}`];
}

/** Tables do not say whose of the Service's ports a socket is. */
function seenText(service: Service, cluster: Cluster): string {
  const seen = seenSockets(cluster, service);
  if (seen === null) return 'endpoints were not captured';
  const { sockets, isWhole } = seen;
  const ports = service.ports.length > 1 ? ' of all its ports together' : '';
  if (sockets.length === 0)
    return `kubectl shows no endpoint${isWhole ? '' : ', and may have left some out'}`;
  const more = isWhole ? '' : ', and may have left some out';
  return `kubectl shows endpoint${sockets.length === 1 ? '' : 's'} ${listed(sockets, 3)}${ports}${more}`;
}

function endpointsText({ usable, unready, unseen }: Behind): string {
  const ready =
    usable.length === 0
      ? 'no ready endpoint'
      : `${counted(usable.length, 'ready endpoint')} (${listed(usable.map(placeText), 3)})`;
  const waiting = unready.length === 0 ? '' : `; not ready: ${listed(unready.map(placeText), 3)}`;
  const passed =
    unseen.length === 0
      ? ''
      : `; in a slice that kube-proxy passes over: ${listed(unseen.map(placeText), 3)}`;
  return ready + waiting + passed;
}

function placeText({ address, port, pod }: Endpoint): string {
  const socket = socketText(address, port);
  return pod === null ? socket : `${pod.namespace}/${pod.name} ${socket}`;
}

/** Why kube-proxy refuses, as it should: a cause, and the outcomes that it explains. */
export interface Lacking {
  readonly cause: Cause;
  readonly covers: (item: TraceItem) => boolean;
}

/**
 * @param kubectl see `CheckInput`
 * @returns what the API lacks that somebody could answer: an endpoint at all, one that is ready, one on this node.
 */
export function lackingOf(
  subject: Subject,
  found: Behind | null,
  node: string | null,
  kubectl?: readonly string[],
): Lacking[] {
  const { object } = subject;
  if (object === null || found === null) return [];
  const ready = found.usable.filter((endpoint) => endpoint.ready);
  if (ready.length === 0) return [{ cause: noEndpoint(object, found, kubectl), covers: () => true }];
  const { externalTrafficPolicy, internalTrafficPolicy } = object.service;
  if (node === null || ready.some((endpoint) => endpoint.node === node)) return [];
  const isInside = (item: TraceItem) => item.service?.via === 'clusterIP';
  return [
    ...(externalTrafficPolicy === 'Local'
      ? [
          {
            cause: noLocal(object, 'externalTrafficPolicy', ready),
            covers: (item: TraceItem) => !isInside(item),
          },
        ]
      : []),
    ...(internalTrafficPolicy === 'Local'
      ? [{ cause: noLocal(object, 'internalTrafficPolicy', ready), covers: isInside }]
      : []),
  ];
}

type ApiPort = NonNullable<Subject['object']>;

function noEndpoint(
  object: ApiPort,
  { usable, unready, unseen, others }: Behind,
  kubectl?: readonly string[],
): Cause {
  const { service, port } = object;
  const label = labelOfPort(object);
  const waiting = [...unready, ...usable];
  const [first] = waiting;
  const pod = first?.pod ?? null;
  const isUnseen = first === undefined && unseen.length > 0;
  const why =
    first !== undefined
      ? `${label} has no ready endpoint: ${listed(waiting.map(stateText), 3)}`
      : unseen.length > 0
        ? `${label} has no endpoint that kube-proxy sees: ${listed(unseen.map(placeText), 3)}, in a slice with label ${HEADLESS} or ${OTHER_PROXY}`
        : others.length > 0
          ? `${label} has no endpoint, though the Service's other ports have: no pod has a port for ${port.targetPort === null ? 'its targetPort' : `targetPort ${port.targetPort}`}`
          : `${label} has no endpoint: no pod matches its selector, none has an address yet, or it has no selector and nobody made its EndpointSlices`;
  return {
    ...apiCause(object, 'no-endpoint', 'error', why),
    hits: 'every client of the Service, on every node',
    evidence: isUnseen
      ? unseen.map((one) => factEvidence(`${placeText(one)} is in a slice that kube-proxy passes over`))
      : waiting.map((one) => factEvidence(stateText(one))),
    advice: isUnseen
      ? 'take the label off the slices, or find what puts it there: the control plane does for headless Services alone'
      : pod === null
        ? 'compare the selector and targetPort with the labels and ports of the pods; of a Service without a selector, see who makes its EndpointSlices'
        : 'see why the pod is not ready: its readiness probe, its containers, its events',
    command: printCommand(
      pod === null
        ? command('kubectl', '-n', service.namespace, 'describe', 'service', service.name)
        : command('kubectl', '-n', pod.namespace, 'describe', 'pod', pod.name),
      kubectl,
    ),
  };
}

function stateText(endpoint: Endpoint): string {
  return `${placeText(endpoint)} is ${endpoint.terminating ? 'terminating' : 'not ready'}`;
}

function noLocal(object: ApiPort, policy: string, ready: readonly Endpoint[]): Cause {
  const nodes = ready.flatMap(({ node }) => (node === null ? [] : [node]));
  const text = `by design: ${policy} of ${labelOfPort(object)} is Local, and no endpoint of it runs on this node`;
  return {
    ...apiCause(object, 'no-local-endpoint', 'info', text),
    hits: 'clients that come to this node',
    evidence: ready.map((one) => factEvidence(placeText(one))),
    advice: `use a node that has an endpoint (${listed(nodes, 3)}), run a pod on this one, or set ${policy}: Cluster`,
  };
}

function apiCause({ service, port }: ApiPort, code: string, severity: Cause['severity'], message: string) {
  return {
    code,
    title: 'in the API',
    severity,
    message,
    service: findingService({ ...service, port: port.name }),
    objects: [`${service.namespace}/${service.name}`],
    command: null,
    certainty: 'certain',
    page: null,
    explains: true,
  } as const;
}
