import { printCommand } from '../../command/quote.ts';
import type { Flow, Tuple } from '../../conntrack/flow.ts';
import { formatAddress, sameAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { hex } from '../../trace/describe-target.ts';
import type { Evidence, FlowEndpoint, FlowItem, FlowTuple } from '../flow-list.ts';
import { clearCommand } from './clear-command.ts';
import { diagnoseFlow, isOver, isStale } from './diagnose-flow.ts';
import type { FlowJoin } from './flow-join.ts';
import type { FlowStanding } from './flow-verdict.ts';
import { clearBalanced, ipvsOfFlow } from './ipvs-memory.ts';

/** @returns the flow as the contract prints it, joined to names and with what is wrong with it. */
export function describeFlow(flow: Flow, join: FlowJoin): FlowItem {
  const { original, reply, protocol } = flow;
  const place = join.place(protocol, original.destination, original.destinationPort);
  const standing = join.stand(place, original.source, reply.source, reply.sourcePort);
  const facts = {
    protocol,
    state: flow.state,
    unreplied: flow.status.includes('UNREPLIED'),
    ageSeconds: flow.ageSeconds,
  };
  const problems = diagnoseFlow(facts, standing.verdict, [flowEvidence(flow)]);
  // IPVS goes on where it went, whatever conntrack forgets.
  const clear = standing.balanced === undefined ? clearCommand(flow) : clearBalanced(standing.balanced);
  const ipvs = ipvsOfFlow(flow, join.known);
  const portChanged = reply.destinationPort !== original.sourcePort;
  return {
    family: original.source.family,
    protocol: formatProtocol(protocol),
    state: flow.state,
    status: flow.status,
    timeoutSeconds: flow.timeoutSeconds,
    ageSeconds: flow.ageSeconds,
    original: tupleItem(original),
    reply: tupleItem(reply),
    mark: flow.mark === null ? null : hex(flow.mark),
    zone: flow.zone,
    helper: flow.helper,
    service: place.service,
    via: standing.hostPort ? 'hostPort' : place.via,
    client: join.client(original.source),
    endpoint: endpointOf(flow, join, standing),
    masqueraded: portChanged || !sameAddress(reply.destination, original.source),
    sourcePortChanged: portChanged,
    hairpin: sameAddress(original.source, reply.source) && !sameAddress(original.destination, reply.source),
    foreignNat: standing.foreignNat,
    stale: standing.verdict !== null && !isOver(facts) && isStale(facts, standing.verdict),
    problems,
    clear: clear === null ? null : printCommand(clear),
    ...(ipvs === null ? {} : { ipvs }),
    file: flow.file,
    line: flow.line,
  };
}

/** @returns the flow's own line as evidence, said anew: the line itself is not kept. */
export function flowEvidence(flow: Flow): Evidence {
  const { original, reply } = flow;
  const words = [
    formatProtocol(flow.protocol),
    ...(flow.timeoutSeconds === null ? [] : [`${flow.timeoutSeconds} s left`]),
    ...(flow.state === null ? [] : [flow.state]),
    `${socketText(original.source, original.sourcePort)} → ${socketText(original.destination, original.destinationPort)}`,
    ...flow.status.map((status) => `[${status}]`),
    `answers: ${socketText(reply.source, reply.sourcePort)} → ${socketText(reply.destination, reply.destinationPort)}`,
  ];
  return { kind: 'flow', text: words.join(' '), file: flow.file, line: flow.line };
}

/** Who answers: a translated flow's new destination; for others whoever is known at the destination. */
function endpointOf(flow: Flow, join: FlowJoin, { foreignNat }: FlowStanding): FlowEndpoint | null {
  const { source, sourcePort } = flow.reply;
  const ref = join.endpoint(source, sourcePort);
  const translated =
    foreignNat !== null ||
    !sameAddress(source, flow.original.destination) ||
    sourcePort !== flow.original.destinationPort;
  if (ref === null && !translated) return null;
  const nobody = {
    namespace: null,
    pod: null,
    node: null,
    thisNode: null,
    ready: null,
    serving: null,
    terminating: null,
    zone: null,
  };
  return { ...(ref ?? nobody), address: formatAddress(source), port: sourcePort };
}

function tupleItem({
  source,
  sourcePort,
  destination,
  destinationPort,
  icmp,
  packets,
  bytes,
}: Tuple): FlowTuple {
  return {
    source: { address: formatAddress(source), port: sourcePort },
    destination: { address: formatAddress(destination), port: destinationPort },
    icmp,
    packets,
    bytes,
  };
}
