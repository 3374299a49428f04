import { type Command, joined } from '../../command/command.ts';
import type { Flow } from '../../conntrack/flow.ts';
import type { FlowTable } from '../../conntrack/flow-table.ts';
import { clearCommand, clearPlaceCommand } from '../../explain/flows/clear-command.ts';
import { type FlowFacts, isOver, isStale, severityOf } from '../../explain/flows/diagnose-flow.ts';
import { FlowJoin } from '../../explain/flows/flow-join.ts';
import type { FlowPlace } from '../../explain/flows/flow-places.ts';
import type { FlowStanding, FlowVerdict } from '../../explain/flows/flow-verdict.ts';
import { serviceText } from '../../explain/flows/flow-words.ts';
import type { IpvsTable } from '../../ipvs/table.ts';
import { formatAddress } from '../../net/address.ts';
import { formatProtocol, SCTP, UDP } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { counted, listed } from '../../words/numbers.ts';
import { findingService } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { ipvsOf } from '../ipvs.ts';

/** conntrack keeps flows where nothing sends new ones: a UDP client that keeps its port then gets no answer. */
export const staleFlows: FindingKind<CheckContext> = {
  code: 'KP101',
  title: 'stale UDP flows',
  find(context): Finding[] {
    const { flows } = context.known;
    if (flows === null) return [];
    const judge = new Judge(context);
    // What IPVS sends on it sends elsewhere once the real server is gone, or drops: KP301 tells.
    const ipvs = ipvsOf(context);
    const stale: StaleFlow[] = [];
    const isLeftOut = (flow: Flow): boolean => ipvs !== null && isOfIpvs(flow, ipvs);
    for (const flow of flows.all()) {
      if (flow.protocol !== UDP && flow.protocol !== SCTP) continue;
      if (isLeftOut(flow)) continue;
      const found = judge.staleAt(flow);
      if (found !== null) stale.push(found);
    }
    const groups = groupBy(
      stale,
      ({ place, verdict, flow }) =>
        `${serviceText(place)} ${verdict.code} ${socketText(flow.reply.source, flow.reply.sourcePort)}`,
    );
    const shared = sharedWays(flows, stale, (flow) => !isLeftOut(flow) && judge.staleAt(flow) !== null);
    return [...groups.values()].flatMap((group) => describe(group, shared, context));
  },
};

/** @returns those ways of stuck flows that live ones go, too, which are not: a command for the way would delete them. */
function sharedWays(
  flows: FlowTable,
  stale: readonly StaleFlow[],
  isStuck: (flow: Flow) => boolean,
): ReadonlySet<string> {
  const shared = new Set<string>();
  if (stale.length === 0) return shared;
  const destinations = new Set(stale.map(({ flow }) => flow.original.destination.value));
  const ways = new Set(stale.map(({ flow }) => wayOf(flow)));
  for (const flow of flows.all()) {
    if (!destinations.has(flow.original.destination.value) || isOver(flow)) continue;
    const way = wayOf(flow);
    if (ways.has(way) && !shared.has(way) && !isStuck(flow)) shared.add(way);
  }
  return shared;
}

/** Where it was sent to, and who answers. */
function wayOf({ protocol, original, reply }: Flow): string {
  const asked = socketText(original.destination, original.destinationPort);
  return `${protocol} ${asked} ${socketText(reply.source, reply.sourcePort)}`;
}

/** On a node whose Services nat carries meanwhile those alone that IPVS has in its list. */
function isOfIpvs({ protocol, original, reply }: Flow, ipvs: IpvsTable): boolean {
  const { destination, destinationPort, source, sourcePort } = original;
  if (ipvs.find(protocol, destination, destinationPort, null) === null) return false;
  const client = { address: source, port: sourcePort ?? 0 };
  const virtual = { address: destination, port: destinationPort ?? 0 };
  const to = { address: reply.source, port: reply.sourcePort ?? 0 };
  return ipvs.tookFlow(protocol, client, virtual, to) === 'ipvs';
}

interface StaleFlow {
  readonly flow: Flow;
  readonly place: FlowPlace;
  readonly verdict: FlowVerdict;
}

/** Asks the join that `conntrack` and `trace` use; translated flows to one place are judged once. */
class Judge {
  readonly #join: FlowJoin;
  readonly #known = new Map<string, FlowStanding>();

  constructor({ known, namer }: CheckContext) {
    this.#join = new FlowJoin(known, namer);
  }

  staleAt(flow: Flow): StaleFlow | null {
    const { original, reply, protocol } = flow;
    if (isOver(flow)) return null;
    const place = this.#join.place(protocol, original.destination, original.destinationPort);
    const isTranslated = original.destination.value !== reply.source.value;
    const client = isTranslated ? '' : formatAddress(original.source);
    const to = socketText(reply.source, reply.sourcePort);
    const key = `${protocol} ${socketText(place.address, place.port)} ${to} ${client}`;
    let standing = this.#known.get(key);
    if (standing === undefined) {
      standing = this.#join.stand(place, original.source, reply.source, reply.sourcePort);
      this.#known.set(key, standing);
    }
    const { verdict } = standing;
    if (verdict === null || !isStale(flow, verdict)) return null;
    // It goes where the rules of the host port lead: if nobody is there, KP111 says so of the rule.
    if (verdict.code === 'host-port-moved' && place.hostPods.length === 0) return null;
    return { flow, place, verdict };
  }
}

function describe(
  group: readonly StaleFlow[],
  shared: ReadonlySet<string>,
  { known }: CheckContext,
): Finding[] {
  const [first] = group;
  if (first === undefined) return [];
  const { flow, place, verdict } = first;
  const { reply, protocol } = flow;
  const pod = known.book.podAt(reply.source);
  const clients = [...new Set(group.map((one) => formatAddress(one.flow.original.source)))];
  const service = place.service;
  const name = service === null ? null : `${service.namespace}/${service.name}`;
  const { command, entries } = clearingOf(group, shared, known.flows?.halfZoned === true);
  const proto = formatProtocol(protocol);
  return [
    {
      code: 'KP101',
      severity: severityOf(factsOf(flow), verdict),
      message: `${counted(group.length, `${proto.toUpperCase()} flow`)} of ${serviceText(place)} ${group.length === 1 ? 'is' : 'are'} stuck: ${verdict.message}`,
      service: service === null ? null : findingService(service),
      objects: [
        name ?? `${socketText(place.address, place.port)}/${proto}`,
        ...(pod === null ? [] : [`pod ${pod.namespace}/${pod.name}`]),
      ],
      hits: `${listed(clients)}, as long as they send from the same port`,
      evidence: [
        ...group.slice(0, 10).map((one) => flowEvidence(one.flow)),
        ...verdict.evidence.map(({ file, line, text }) => ({ file, line, text })),
      ],
      advice:
        verdict.chosen === true
          ? `first see why kube-proxy does not write its rules: until it does, who is cleared may be sent there again; then delete ${entries}`
          : `delete ${entries}: the next packet of each client opens a flow to an endpoint of today; kube-proxy should have done so`,
      command,
      certainty: verdict.certain ? 'certain' : 'probable',
    },
  ];
}

/** A line with more commands nobody reads. */
const MOST_ADDRESSES = 4;

/** @returns the commands that delete the group's entries and no others, one for each address that was asked for, and how to call them. */
function clearingOf(
  group: readonly StaleFlow[],
  shared: ReadonlySet<string>,
  halfZoned: boolean,
): { readonly command: Command | null; readonly entries: string } {
  const [first] = group;
  if (group.some(({ flow }) => shared.has(wayOf(flow)))) {
    if (group.length === 1 && first !== undefined)
      return { command: clearCommand(first.flow, halfZoned), entries: 'these entries' };
    const entries =
      'these entries one by one (`kp-explain conntrack --problem stale` has the command of each), since others that go the same way are not stuck';
    return { command: null, entries };
  }
  const asked = [...groupBy(group, ({ place }) => socketText(place.address, place.port)).values()];
  const [one, ...more] = asked.slice(0, MOST_ADDRESSES).flatMap((own) => clearAt(own, halfZoned) ?? []);
  const left = asked.length - MOST_ADDRESSES;
  return {
    command: one === undefined ? null : joined('next', one, ...more),
    entries:
      left > 0
        ? `these entries (the command clears those to ${MOST_ADDRESSES} of the ${asked.length} addresses that clients asked; \`kp-explain conntrack --problem stale\` has the command of each flow)`
        : 'these entries',
  };
}

/** @param group stuck flows to one address. */
function clearAt(group: readonly StaleFlow[], halfZoned: boolean): Command | null {
  const [first] = group;
  if (first === undefined) return null;
  const { place, flow } = first;
  const { protocol, reply } = flow;
  if (place.port === null || reply.sourcePort === null) return null;
  const flows = group.map((one) => one.flow);
  return clearPlaceCommand(
    protocol,
    place.address,
    place.port,
    reply.source,
    reply.sourcePort,
    flows,
    halfZoned,
  );
}

function factsOf({ protocol, state, status }: Flow): FlowFacts {
  return { protocol, state, unreplied: status.includes('UNREPLIED') };
}

function flowEvidence({ file, line, original, reply, status, timeoutSeconds }: Flow): Evidence {
  const from = socketText(original.source, original.sourcePort);
  const to = socketText(original.destination, original.destinationPort);
  const by = socketText(reply.source, reply.sourcePort);
  const state = status.length === 0 ? '' : ` [${status.join(' ')}]`;
  const seconds = timeoutSeconds === null ? '' : `, ${timeoutSeconds} s left`;
  return { file, line, text: `${from} → ${to}, goes to ${by}${state}${seconds}` };
}
