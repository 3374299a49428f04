import type { Flow } from '../../conntrack/flow.ts';
import { formatAddress } from '../../net/address.ts';
import { formatProtocol, SCTP, UDP } from '../../net/protocol.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import { type ExpectedPort, labelOfPort, socketText } from '../expected/expected-port.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { counted, listed } from '../words.ts';

/** conntrack keeps flows at an endpoint that the Service no longer has: a UDP client then gets no answer. */
export const staleFlows: FindingKind<CheckContext> = {
  code: 'KP101',
  title: 'stale UDP flows',
  find(context): Finding[] {
    const { proxyMode, flows } = context.known;
    // In userspace mode flows end at kube-proxy itself.
    if (flows === null || context.expected === null || proxyMode === 'userspace') return [];
    const stale: StaleFlow[] = [];
    const ports = indexPorts(context.expected);
    for (const flow of flows.all()) {
      if (flow.protocol !== UDP && flow.protocol !== SCTP) continue;
      const found = staleAt(flow, ports, context);
      if (found !== null) stale.push(found);
    }
    const groups = groupBy(stale, ({ port, place }) => `${labelOfPort(port)} ${place}`);
    return [...groups.values()].flatMap((group) => describe(group, context));
  },
};

interface StaleFlow {
  readonly flow: Flow;
  readonly port: ExpectedPort;
  /** Where the flow goes, `address:port`. */
  readonly place: string;
}

function staleAt(flow: Flow, ports: PortIndex, context: CheckContext): StaleFlow | null {
  const { original, reply, protocol } = flow;
  const { destinationPort } = original;
  if (destinationPort === null || reply.sourcePort === null) return null;
  const address = formatAddress(original.destination);
  const port =
    ports.get(`${address} ${destinationPort} ${protocol}`) ??
    (context.isOwnAddress(original.destination)
      ? ports.get(`node ${original.destination.family} ${destinationPort} ${protocol}`)
      : undefined);
  if (port === undefined) return null;
  if (formatAddress(reply.source) === address) return untranslatedAt(flow, port, context);
  const place = socketText(reply.source, reply.sourcePort);
  const isUsable = port.endpoints.some(
    ({ address: own, port: number, ready, serving }) =>
      (ready || serving) && socketText(own, number) === place,
  );
  return isUsable ? null : { flow, port, place };
}

/**
 * A flow that no rule translated, though the Service has endpoints: its first packet came before the rules did (k8s#48370). A
 * cache on the node that answers at the cluster IP itself (node-local-dns) is no such case.
 */
function untranslatedAt(flow: Flow, port: ExpectedPort, context: CheckContext): StaleFlow | null {
  const { destination, destinationPort } = flow.original;
  const isClusterIp = destination.value === port.clusterIP.value && destinationPort === port.port.port;
  const isNever =
    !isClusterIp || context.isOwnAddress(destination) || !port.endpoints.some(({ ready }) => ready);
  // Where the rules would not translate it today either, they are the fault, and the flow only shows it.
  if (isNever || context.notCompared !== null) return null;
  if (context.deviations.some((deviation) => deviation.port.service === port.service)) return null;
  return { flow, port, place: socketText(destination, destinationPort) };
}

type PortIndex = ReadonlyMap<string, ExpectedPort>;

function indexPorts(ports: readonly ExpectedPort[]): PortIndex {
  const index = new Map<string, ExpectedPort>();
  for (const port of ports) {
    const { service, protocol, family, clusterIP } = port;
    if (protocol !== UDP && protocol !== SCTP) continue;
    const ingress = service.loadBalancer.flatMap(({ ip, ipMode }) =>
      ip === null || ipMode === 'Proxy' ? [] : [ip],
    );
    for (const address of [formatAddress(clusterIP), ...service.externalIPs, ...ingress])
      if (address.includes(':') === (family === 'ipv6'))
        index.set(`${address} ${port.port.port} ${protocol}`, port);
    if (port.port.nodePort !== null) index.set(`node ${family} ${port.port.nodePort} ${protocol}`, port);
  }
  return index;
}

function describe(group: readonly StaleFlow[], context: CheckContext): Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const { flow, port, place } = first;
  const { original, reply, protocol } = flow;
  const pod = context.known.book.podAt(reply.source);
  const who = pod === null ? 'no pod of the capture' : `pod ${pod.namespace}/${pod.name}`;
  const clients = [...new Set(group.map((one) => formatAddress(one.flow.original.source)))];
  const name = `${port.service.namespace}/${port.service.name}`;
  const usable = port.endpoints
    .filter(({ ready }) => ready)
    .map((endpoint) => socketText(endpoint.address, endpoint.port));
  const untranslated = formatAddress(reply.source) === formatAddress(original.destination);
  const proto = formatProtocol(protocol);
  const to = formatAddress(original.destination);
  return [
    {
      code: 'KP101',
      severity: 'error',
      message: untranslated
        ? `${labelOfPort(port)}: ${counted(group.length, `${proto.toUpperCase()} flow`)} to ${place} ${group.length === 1 ? 'is' : 'are'} not translated at all: they began before the rules for the Service were there`
        : `${labelOfPort(port)}: ${counted(group.length, `${proto.toUpperCase()} flow`)} still ${group.length === 1 ? 'goes' : 'go'} to ${place} (${who}), which is no endpoint any more`,
      service: {
        namespace: port.service.namespace,
        name: port.service.name,
        port: port.port.name === '' ? null : port.port.name,
      },
      objects: [name, ...(pod === null ? [] : [`pod ${pod.namespace}/${pod.name}`])],
      hits: `${listed(clients)}, as long as they send from the same port; new flows go to ${usable.length === 0 ? 'no endpoint' : listed(usable, 3)}`,
      evidence: [
        ...group.slice(0, 10).map((one) => flowEvidence(one.flow)),
        factEvidence(
          `${labelOfPort(port)} in the API: ${usable.length === 0 ? 'no ready endpoint' : listed(usable)}`,
        ),
      ],
      advice:
        'delete these entries: the next packet of each client opens a flow to an endpoint of today; kube-proxy should have done so',
      command: `conntrack -D -p ${proto} --orig-dst ${to} --orig-port-dst ${original.destinationPort}${untranslated ? '' : ` --dst-nat ${formatAddress(reply.source)}`}`,
      certainty: 'certain',
    },
  ];
}

function flowEvidence({ file, line, original, reply, status, timeoutSeconds }: Flow): Evidence {
  const from = socketText(original.source, original.sourcePort);
  const to = socketText(original.destination, original.destinationPort);
  const by = socketText(reply.source, reply.sourcePort);
  const state = status.length === 0 ? '' : ` [${status.join(' ')}]`;
  const seconds = timeoutSeconds === null ? '' : `, ${timeoutSeconds} s left`;
  return { file, line, text: `${from} → ${to}, goes to ${by}${state}${seconds}` };
}
