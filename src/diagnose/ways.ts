import type { AddressKind, ServiceRef } from '../explain/explanation.ts';
import type { Destination } from '../explain/question/destination.ts';
import type { Known, TraceQuestion } from '../explain/question/question.ts';
import { thisNodeName } from '../explain/question/this-node.ts';
import type { Service, ServicePort } from '../kubernetes/objects.ts';
import { type Address, formatAddress, isLoopback, parseAddress } from '../net/address.ts';
import { hostPrefix, parsePrefix } from '../net/prefix.ts';
import { formatProtocol, parseProtocol } from '../net/protocol.ts';
import { socketText } from '../net/socket.ts';

/** A Service port that is asked about. */
export interface Subject {
  /** Null where no Service is known at the address. */
  readonly service: ServiceRef | null;
  /** Its objects; null where the API's Services were not captured, or it is not among them. */
  readonly object: { readonly service: Service; readonly port: ServicePort } | null;
  /** Pods behind an address that is no Service's, `namespace/name`: its own, or who asks for the host port. */
  readonly pods: readonly string[];
}

/** @returns whose address and port the destination is. */
export function subjectOf({ address, port, protocol, isLocal, named }: Destination, known: Known): Subject {
  const { book } = known;
  const match = port === null || isLocal ? null : book.serviceAt(protocol, address, port);
  const atNode =
    port !== null && (isLocal || isOwn(address, known)) ? book.serviceAtNodePort(protocol, port) : null;
  const found = match ?? (atNode === null ? null : { ...atNode, via: 'nodePort' as const });
  if (found !== null) {
    const { service, port: own, via } = found;
    const ref = {
      namespace: service.namespace,
      name: service.name,
      port: own.name,
      via,
      namedBy: 'api',
    } as const;
    return { service: ref, object: { service, port: own }, pods: [] };
  }
  if (named !== null) return { service: named, object: null, pods: [] };
  const node = thisNodeName(known);
  const asking = book
    .podsOn(node)
    .filter(({ hostPorts }) =>
      hostPorts.some(
        ({ hostPort, protocol: spelt }) => hostPort === port && parseProtocol(spelt) === protocol,
      ),
    );
  const pods = isOwn(address, known) || isLocal ? asking : book.podsAt(address);
  return { service: null, object: null, pods: pods.map(({ namespace, name }) => `${namespace}/${name}`) };
}

function isOwn(address: Address, { host, cluster, node }: Known): boolean {
  const text = formatAddress(address);
  const links = (host.links ?? []).flatMap(({ addresses }) => addresses);
  return (
    links.some((own) => formatAddress(own.address) === text) ||
    (cluster.nodes ?? []).some(
      ({ name, addresses }) => name === node && addresses.some((own) => own.address === text),
    )
  );
}

/** @returns whose address and port a traced packet was sent to. */
export function subjectAt(
  to: { readonly address: string; readonly port: number | null },
  protocol: string,
  known: Known,
): Subject {
  const address = parseAddress(to.address);
  const number = parseProtocol(protocol);
  if (address === null || number === null) return { service: null, object: null, pods: [] };
  return subjectOf(
    { address, port: to.port, protocol: number, isLocal: false, named: null, chosen: null },
    known,
  );
}

/** One packet to ask about. */
export interface Way {
  readonly question: TraceQuestion;
  readonly via: AddressKind | null;
}

/** The senders that are asked about where none is named. */
const SENDERS = ['pod', 'node', 'external'] as const;

/**
 * Pods and the node ask by cluster IP, clients outside by what the Service has for them: node port, external IP, load balancer
 * IP. A destination that is an address of another kind is asked as it is, by everybody; a loopback address by the node alone.
 * @returns the packets, none for a sender that has no way in
 */
export function waysTo(question: TraceQuestion, destination: Destination, subject: Subject): Way[] {
  const base = {
    ...question,
    protocol: formatProtocol(destination.protocol),
    detail: 'answer' as const,
  };
  const asked: Way = {
    question: { ...base, destination: textOf(destination) },
    via: subject.service?.via ?? null,
  };
  const { object } = subject;
  if (question.from !== null) return [{ ...asked, question: { ...asked.question, from: question.from } }];
  if (object === null || subject.service?.via !== 'clusterIP')
    return (isLoopback(destination.address) ? (['node'] as const) : SENDERS).map((from) => ({
      ...asked,
      question: { ...asked.question, from },
    }));
  const outside = outsideOf(object.service, object.port, destination);
  return [
    ...(['pod', 'node'] as const).map((from) => ({ ...asked, question: { ...asked.question, from } })),
    ...outside.map(({ destination: to, via }) => ({
      question: {
        ...base,
        destination: to,
        from: (via === 'loadBalancerIP' ? admitted(object.service, destination) : null) ?? 'external',
      },
      via,
    })),
  ];
}

function textOf({ address, port, isLocal }: Destination): string {
  return isLocal ? `node:${port}` : socketText(formatAddress(address), port);
}

/** The ways in from outside, of the destination's family; `node:PORT` is the node's IPv4 address where it has one. */
function outsideOf(
  { externalIPs, loadBalancer }: Service,
  { port, nodePort }: ServicePort,
  { address }: Destination,
): { readonly destination: string; readonly via: AddressKind }[] {
  const ofFamily = (text: string) => parseAddress(text)?.family === address.family;
  const [external] = externalIPs.filter(ofFamily);
  const [balancer] = loadBalancer
    .flatMap(({ ip, ipMode }) => (ip === null || ipMode === 'Proxy' ? [] : [ip]))
    .filter(ofFamily);
  return [
    ...(nodePort === null ? [] : [{ destination: `node:${nodePort}`, via: 'nodePort' as const }]),
    ...(external === undefined
      ? []
      : [{ destination: socketText(external, port), via: 'externalIP' as const }]),
    ...(balancer === undefined
      ? []
      : [{ destination: socketText(balancer, port), via: 'loadBalancerIP' as const }]),
  ];
}

/**
 * @returns a client that loadBalancerSourceRanges let in: others are barred by design, and that is in the API's line; null
 *   where everybody is let in
 */
function admitted({ loadBalancerSourceRanges }: Service, { address }: Destination): string | null {
  for (const range of loadBalancerSourceRanges) {
    const prefix = parsePrefix(range);
    if (prefix === null || prefix.family !== address.family) continue;
    if (prefix.value === 0n) return null;
    const isHost = hostPrefix({ family: prefix.family, value: prefix.value }).mask === prefix.mask;
    return formatAddress({ family: prefix.family, value: isHost ? prefix.value : prefix.value | 1n });
  }
  return null;
}
