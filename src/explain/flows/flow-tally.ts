import type { AddressIds } from '../../conntrack/address-ids.ts';
import type { Flow } from '../../conntrack/flow.ts';
import { emptyRow, type FlowRow } from '../../conntrack/flow-row.ts';
import { KeyNumbers } from '../../conntrack/key-numbers.ts';
import type { FlowVisitor } from '../../conntrack/scan-flows.ts';
import type { Address } from '../../net/address.ts';
import { hasPorts } from '../../net/protocol.ts';
import type { FlowItem, FlowProblemCode, Severity } from '../flow-list.ts';
import { AffinityTally } from './affinity-tally.ts';
import { Counts } from './counts.ts';
import { type FlowFacts, isOver, isStale, severityOf } from './diagnose-flow.ts';
import { describeFlow } from './flow-item.ts';
import type { FlowJoin } from './flow-join.ts';
import type { FlowPlace } from './flow-places.ts';
import { type FlowFilter, hasProblem, hasState, isAtSpot } from './flow-question.ts';
import { type FlowVerdict, SOUND } from './flow-verdict.ts';
import { GroupTally } from './group-tally.ts';
import { PortTally } from './port-tally.ts';
import { ProblemCounts } from './problem-counts.ts';
import { StateCounts } from './state-counts.ts';
import type { FlowAgreement } from './today/agreement.ts';
import { AgreementTally } from './today/agreement-tally.ts';
import type { FirstPackets } from './today/first-packets.ts';
import { WorstFirst } from './worst-first.ts';

/** One destination's flows, by the place that answers. */
interface PlaceTally {
  readonly place: FlowPlace;
  readonly asked: boolean;
  readonly number: number;
}

/**
 * Counts a listing's flows as they go by. What it keeps grows with destinations and endpoints, not with flows; only the
 * flows to be listed are kept, up to the limit.
 */
export class FlowTally implements FlowVisitor {
  readonly groups: GroupTally[] = [];
  /** By protocol. */
  readonly states = new Map<number, StateCounts>();
  readonly problems = new ProblemCounts();
  readonly affinity = new AffinityTally();
  readonly ports = new PortTally();
  readonly clients = new Counts();
  flows = 0;
  live = 0;
  stale = 0;
  readonly #join: FlowJoin;
  readonly #filter: FlowFilter;
  readonly #ids: AddressIds;
  readonly #listed: WorstFirst<FlowItem>;
  /** By destination, port and protocol. */
  readonly #placeNumbers = new KeyNumbers();
  readonly #places: PlaceTally[] = [];
  /** By place, and address and port that answer. */
  readonly #groupNumbers = new KeyNumbers();
  readonly #groups: (GroupTally | undefined)[] = [];
  /** Groups of which live flows were passed over: not asked for, but a command for all of the group takes them along. */
  readonly #passedOver = new Set<number>();
  /** By address: 0 not looked at, 1 something known may be there, 2 nothing is. */
  readonly #reach = new Counts();
  readonly #addresses = new Map<number, Address>();
  readonly #clientIds: ReadonlySet<number> | null;
  readonly #row = emptyRow();
  readonly #agreement: AgreementTally | null;

  /** @param packets what flows are compared with; null: they are not */
  constructor(
    join: FlowJoin,
    filter: FlowFilter,
    limit: number,
    ids: AddressIds,
    packets: FirstPackets | null,
  ) {
    this.#join = join;
    this.#filter = filter;
    this.#ids = ids;
    this.#listed = new WorstFirst(limit);
    this.#agreement = packets === null ? null : new AgreementTally(packets, ids, (id) => this.#address(id));
    this.#clientIds =
      filter.clients === null ? null : new Set(filter.clients.map((address) => ids.of(address)));
  }

  /** The flows to list, the worst first. */
  get items(): FlowItem[] {
    return this.#listed.list();
  }

  /** How the flows compare with what the rules of today would do with their first packets; null where they were not compared. */
  get agreement(): FlowAgreement | null {
    return this.#agreement?.result() ?? null;
  }

  flow(flow: Flow): void {
    const row = this.#row;
    const { original, reply } = flow;
    row.protocol = flow.protocol;
    row.state = flow.state;
    row.timeoutSeconds = flow.timeoutSeconds;
    row.unreplied = flow.status.includes('UNREPLIED');
    row.assured = flow.status.includes('ASSURED');
    row.zone = original.zone ?? reply.zone ?? flow.zone ?? 0;
    row.offloaded = flow.status.some((status) => status.endsWith('OFFLOAD'));
    for (const [tuple, from] of [
      [row.original, original],
      [row.reply, reply],
    ] as const) {
      tuple.source = this.#ids.of(from.source);
      tuple.destination = this.#ids.of(from.destination);
      tuple.sourcePort = from.sourcePort ?? -1;
      tuple.destinationPort = from.destinationPort ?? -1;
    }
    this.row(row, () => flow);
  }

  row(row: FlowRow, read: () => Flow | null): void {
    const { original, reply } = row;
    const over = isOver(row);
    const isOther = !this.#isOfWhomAsked(row);
    if (isOther && over) return;
    const tally = this.#placeOf(row);
    if (tally === null) {
      // Nothing that is known has this destination, and no rule translated the flow.
      if (isOther || this.#filter.place !== null || !this.#isAsked(row, null)) return;
      this.#agreement?.add(row, SOUND, false, null, read);
      this.#count(row, over, null, read);
      return;
    }
    if (!tally.asked) return;
    const number = this.#groupNumbers.of(tally.number, reply.source, reply.sourcePort);
    if (isOther) {
      this.#passOver(number);
      return;
    }
    let group = this.#groups[number];
    const to = group?.to ?? this.#address(reply.source);
    const untranslated =
      reply.source === original.destination && reply.sourcePort === original.destinationPort;
    let standing = group?.standing ?? SOUND;
    // Where a rule translated, the standing does not depend on the client.
    if (group === undefined || untranslated) {
      standing = this.#join.stand(tally.place, this.#address(original.source), to, portOf(reply.sourcePort));
    }
    const verdict = over ? null : standing.verdict;
    if (!this.#isAsked(row, verdict)) {
      if (!over) this.#passOver(number);
      return;
    }
    if (group === undefined) {
      group = new GroupTally(
        tally.place,
        to,
        reply.source * 65_537 + reply.sourcePort + 1,
        portOf(reply.sourcePort),
        standing,
      );
      group.others = this.#passedOver.has(number);
      this.#groups[number] = group;
      this.groups.push(group);
    }
    if (row.zone !== 0) group.zoned = true;
    const before = group.stale;
    const severity = group.add(row, over, standing);
    this.stale += group.stale - before;
    if (isMasqueraded(row)) group.masqueraded++;
    if (verdict !== null && severity !== null) this.problems.add(verdict.code, severity);
    if (!over) this.affinity.add(original.source, group);
    const isKnown = !untranslated || isSomebodys(tally.place);
    this.#agreement?.add(row, standing, isKnown, group.compared, read);
    this.#count(row, over, severity, read);
  }

  #count(row: FlowRow, over: boolean, severity: Severity | null, read: () => Flow | null): void {
    const { protocol, original, reply } = row;
    this.flows++;
    if (!over) this.live++;
    this.#statesOf(protocol).add(row);
    this.clients.add(original.source);
    if (row.unreplied && !over) this.problems.add('unreplied', 'info');
    if (hasPorts(protocol) && isMasqueraded(row))
      this.ports.add(protocol, reply.destination, reply.source, reply.sourcePort);
    const worst = severity ?? (row.unreplied && !over ? 'info' : null);
    if (!this.#listed.takes(worst)) return;
    this.#listed.offer(worst, () => {
      const flow = read();
      return flow === null ? null : describeFlow(flow, this.#join);
    });
  }

  #statesOf(protocol: number): StateCounts {
    let states = this.states.get(protocol);
    if (states === undefined) {
      states = new StateCounts();
      this.states.set(protocol, states);
    }
    return states;
  }

  #passOver(number: number): void {
    const group = this.#groups[number];
    if (group === undefined) this.#passedOver.add(number);
    else group.others = true;
  }

  #isOfWhomAsked(row: FlowRow): boolean {
    const { state } = this.#filter;
    if (this.#clientIds !== null && !this.#clientIds.has(row.original.source)) return false;
    return state === null || hasState(statusOf(row), state);
  }

  #isAsked(row: FlowRow, verdict: FlowVerdict | null): boolean {
    const { endpoints, problem: wanted } = this.#filter;
    if (endpoints !== null) {
      if (!isAtSpot(endpoints, this.#address(row.reply.source), portOf(row.reply.sourcePort))) return false;
    }
    if (wanted === null) return true;
    const problems: { code: FlowProblemCode; severity: Severity }[] = [];
    if (verdict !== null) problems.push({ code: verdict.code, severity: severityOf(row, verdict) });
    if (row.unreplied && !isOver(row)) problems.push({ code: 'unreplied', severity: 'info' });
    return hasProblem(problems, verdict !== null && isStale(row, verdict), wanted);
  }

  /** @returns null where the destination is nothing that is known, and the flow was not translated. */
  #placeOf({ protocol, original, reply }: FlowRow): PlaceTally | null {
    const { destination, destinationPort } = original;
    if (reply.source === destination && reply.sourcePort === destinationPort) {
      if (this.#reach.of(destination) === 0) {
        this.#reach.add(destination, this.#join.mayBe(this.#address(destination)) ? 1 : 2);
      }
      if (this.#reach.of(destination) === 2 && this.#filter.place === null) return null;
    }
    const number = this.#placeNumbers.of(destination, destinationPort, protocol);
    const known = this.#places[number];
    if (known !== undefined) return known;
    const place = this.#join.place(protocol, this.#address(destination), portOf(destinationPort));
    const asked = this.#filter.place?.(place) ?? true;
    const tally = { place, asked, number };
    this.#places[number] = tally;
    return tally;
  }

  #address(id: number): Address {
    const known = this.#addresses.get(id);
    if (known !== undefined) return known;
    const address = this.#ids.addressOf(id);
    if (this.#addresses.size < MOST_ADDRESSES) this.#addresses.set(id, address);
    return address;
  }
}

const MOST_ADDRESSES = 50_000;

/** Its source address or port was rewritten. */
function isMasqueraded({ original, reply }: FlowRow): boolean {
  return reply.destination !== original.source || reply.destinationPort !== original.sourcePort;
}

/** Where nothing tells which addresses are the node's, one outside is looked up as well, and nothing is found there. */
function isSomebodys({ service, portless, hostPods }: FlowPlace): boolean {
  return service !== null || portless !== null || hostPods.length > 0;
}

/** Rows have -1 where a protocol has no ports. */
function portOf(port: number): number | null {
  return port < 0 ? null : port;
}

function statusOf(row: FlowRow): Pick<Flow, 'state' | 'status'> & FlowFacts {
  const status = [
    ...(row.unreplied ? ['UNREPLIED'] : []),
    ...(row.assured ? ['ASSURED'] : []),
    ...(row.offloaded ? ['OFFLOAD'] : []),
  ];
  return { ...row, status };
}
