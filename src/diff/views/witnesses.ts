import type { ServiceRef } from '../../explain/explanation.ts';
import { GivenItems } from '../../explain/trace/given-items.ts';
import { describeEnd } from '../../explain/trace/outcome-items.ts';
import { describeSteps } from '../../explain/trace/step-items.ts';
import type { OutcomeItem, StepItem } from '../../explain/trace-list.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { hex } from '../../trace/describe-target.ts';
import { initialState } from '../../trace/initial-state.ts';
import type { Outcome, PathEntry, Trace } from '../../trace/outcome.ts';
import { flat } from '../../trace/question.ts';
import { followPacket, toldWays, tracePacket, type Ways } from '../../trace/trace-packet.ts';
import type { FamilyComparison } from '../compare-family.ts';
import type { Severity, Witness, WitnessSide } from '../document.ts';
import { findDifference, type Group, groupWays, sameShare } from '../explore/compare-ways.ts';
import type { DifferingClass } from '../explore/explore.ts';
import { type ClassGroup, groupClasses } from '../explore/group-classes.ts';
import { ruleKey } from '../rules/rule-key.ts';
import { hasBit } from '../space/universe.ts';
import { type State, sideOf } from '../two-sides.ts';
import { isUnlikely, nodeAddresses, oddness } from './oddness.ts';

/** Destinations told of one witness. */
const EXAMPLES = 3;

/** A Service by its name. */
export type ServiceName = Pick<ServiceRef, 'namespace' | 'name'>;

/** @returns the classes of packets that are sent to a Service; each is asked, for one witness may stand for many Services. */
export function classesFor(
  service: ServiceName | null,
  states: readonly [State, State],
  { exploration, family }: FamilyComparison,
): readonly DifferingClass[] {
  return service === null
    ? exploration.classes
    : exploration.classes.filter(({ packet }) => isFor(service, packet, states, family));
}

/** @returns the witnesses of one family; each stands for all packets that fare as it does. */
export function describeWitnesses(
  states: readonly [State, State],
  comparison: FamilyComparison,
  classes: readonly DifferingClass[],
): Witness[] {
  const { space } = comparison;
  const nodes = nodeAddresses(states);
  const groups = groupClasses(
    classes,
    ({ packet }) => space.hosts.some((host) => isLocalAddress(host, packet.destination) === true),
    (one) => oddness(one, comparison, nodes),
  );
  return groups.map((group) => describeGroup(group, states, comparison));
}

function isFor(
  { namespace, name }: ServiceName,
  packet: DifferingClass['packet'],
  states: readonly [State, State],
  family: 'ipv4' | 'ipv6',
): boolean {
  return states.some((state) => {
    const found = state.namer.serviceOf(tracePacket(packet, sideOf(state, family).world(packet.entersAt)));
    return found?.namespace === namespace && found.name === name;
  });
}

const RANK: Readonly<Record<Severity, number>> = { lost: 0, changed: 1, gained: 2, note: 3 };
const ORDER = [
  'dropped',
  'rejected',
  'unknown',
  'undirected',
  'endpoints',
  'source',
  'other',
  'redirected',
  'admitted',
];

/** Puts what is lost first, and what hardly occurs last. */
export function compareWitnesses(a: Witness, b: Witness): number {
  return (
    Number(a.unlikely) - Number(b.unlikely) ||
    RANK[a.severity] - RANK[b.severity] ||
    ORDER.indexOf(a.change) - ORDER.indexOf(b.change) ||
    b.classes - a.classes ||
    compare(a.packet.family, b.packet.family) ||
    compare(textOf(a), textOf(b))
  );
}

function textOf({ packet, service }: Witness): string {
  const name = service === null ? '~' : `${service.namespace}/${service.name}:${service.port}`;
  const { destination, source } = packet;
  return `${name} ${destination.address} ${String(destination.port).padStart(5, '0')} ${packet.protocol} ${packet.entersAt} ${source.address}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function describeGroup(
  group: ClassGroup,
  states: readonly [State, State],
  comparison: FamilyComparison,
): Witness {
  const { shown, classes } = group;
  const { packet } = shown;
  const { family, space } = comparison;
  const [before, after] = [tellingOf(packet, states[0], family), tellingOf(packet, states[1], family)];
  const difference = findDifference(before.groups, after.groups);
  const own = pickOutcome(before, difference?.before, difference?.after);
  const other = pickOutcome(after, difference?.after, difference?.before);
  const common = countCommon(own?.path ?? [], other?.path ?? []);
  const [first, second] = states;
  const source = before.trace.outcomes[0]?.path[0]?.state.source.address ?? packet.source.address;
  return {
    severity: group.severity,
    change: group.change,
    unlikely: classes.every(isUnlikely),
    packet: {
      family,
      protocol: formatProtocol(packet.protocol),
      source: { address: source === null ? null : formatAddress(source), port: packet.sourcePort },
      destination: { address: formatAddress(packet.destination), port: packet.destinationPort },
      entersAt: packet.entersAt,
      inInterface: packet.inInterface ?? null,
      state: packet.state,
      mark: hex(packet.mark),
      icmp: packet.icmp,
    },
    from: senderOf(packet, source, second),
    service: first.namer.serviceOf(before.trace) ?? second.namer.serviceOf(after.trace),
    classes: classes.length,
    destinations: destinationsOf(classes, shown),
    doors: doorsOf(classes, space.universe.doors),
    before: describeSide(before.trace, own, common, first, family),
    after: describeSide(after.trace, other, common, second, family),
    common,
  };
}

/** One side of a witness: its ways, as outcomes and by the answers that they rest on. */
interface Telling {
  readonly ways: Ways;
  readonly trace: Trace;
  readonly groups: readonly Group[];
}

function tellingOf(packet: DifferingClass['packet'], state: State, family: 'ipv4' | 'ipv6'): Telling {
  const side = sideOf(state, family);
  const ways = followPacket(packet, side.world(packet.entersAt));
  return { ways, trace: toldWays(packet, ways), groups: groupWays(ways, side.nameQuestion) };
}

/**
 * The outcome that tells the difference, under the answers under which there is one: one that the other side does not have, or
 * has with another share, else the first.
 */
function pickOutcome(
  { ways, trace }: Telling,
  group: Group | undefined,
  other: Group | undefined,
): Outcome | null {
  const ends = [...(group?.ends ?? [])];
  const telling =
    ends.find(([result]) => other?.ends.has(result) !== true) ??
    ends.find(([result]) => !sameShare(group?.shares.get(result) ?? 0, other?.shares.get(result) ?? 0)) ??
    ends[0];
  const at = telling === undefined ? 0 : ways.endings.indexOf(telling[1]);
  return trace.outcomes[at] ?? null;
}

function countCommon(before: readonly PathEntry[], after: readonly PathEntry[]): number {
  let count = 0;
  while (count < before.length && count < after.length && sameStep(before[count], after[count])) count++;
  return count;
}

function sameStep(a: PathEntry | undefined, b: PathEntry | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const { step: own } = a;
  const { step: other } = b;
  if (
    own.hook !== other.hook ||
    own.table !== other.table ||
    own.chain !== other.chain ||
    own.event !== other.event
  )
    return false;
  if (own.rule === null || other.rule === null) return own.rule === other.rule && own.action === other.action;
  if (own.program === 'nft' || other.program === 'nft') return own.rule.text === other.rule.text;
  return ruleKey(own.rule) === ruleKey(other.rule);
}

function describeSide(
  trace: Trace,
  outcome: Outcome | null,
  common: number,
  state: State,
  family: 'ipv4' | 'ipv6',
): WitnessSide {
  const world = sideOf(state, family).world(trace.packet.entersAt);
  const steps = describeSteps(trace, world.rulesets, world.nft, state.namer);
  const path = (outcome?.path ?? []).slice(0, common + 1).flatMap(({ step }) => steps[step.id] ?? []);
  const items = new GivenItems(false);
  const conditions = new Set((outcome?.given ?? []).map(flat));
  const outcomes = trace.outcomes
    .filter(
      ({ given }) => given.length === conditions.size && given.every((each) => conditions.has(flat(each))),
    )
    .map((each) => ({
      ...describeEnd(each, state.namer.serviceOf(trace), state.namer, items),
      ...writtenOf(each, trace),
    }));
  return {
    given: items.list(outcome?.given ?? []).map(({ code, text, settle }) => ({ code, text, settle })),
    outcomes: outcomes.map(withoutPath),
    path,
    decidedBy: placeOf(steps, outcome),
    deciders: steps.filter(({ id }) =>
      outcomes.some((each) => each.verdict !== 'accept' && each.decidedBy === id),
    ),
  };
}

/** The packet comes with a TOS and TTL of its own, of which nothing is known but what rules write. */
function writtenOf(
  { end }: Outcome,
  { packet }: Trace,
): Pick<WitnessSide['outcomes'][number], 'tos' | 'ttl'> {
  const { tos, ttl } = end;
  const came = initialState(packet);
  const isSame = tos.bits === came.tos.bits && tos.known === came.tos.known;
  return {
    tos:
      isSame || tos.known === 0 ? null : `${hex(tos.bits)}${tos.known === 0xff ? '' : `/${hex(tos.known)}`}`,
    ttl: ttl === came.ttl ? null : ttl,
  };
}

function withoutPath({
  path: _,
  turns: __,
  ...item
}: Omit<OutcomeItem, 'remarks'> &
  Pick<WitnessSide['outcomes'][number], 'tos' | 'ttl'>): WitnessSide['outcomes'][number] {
  return item;
}

/** The step that ended the shown way, which may come long after the sides parted. */
function placeOf(steps: readonly StepItem[], outcome: Outcome | null): StepItem | null {
  return outcome?.decidedBy == null || outcome.verdict === 'accept'
    ? null
    : (steps[outcome.decidedBy.id] ?? null);
}

function destinationsOf(classes: readonly DifferingClass[], shown: DifferingClass): Witness['destinations'] {
  const texts = new Set<string>();
  for (const { packet } of [shown, ...classes]) texts.add(socketOf(packet));
  const all = [...texts];
  return { examples: all.slice(0, EXAMPLES), more: Math.max(0, all.length - EXAMPLES) };
}

function socketOf({ destination, destinationPort, protocol }: DifferingClass['packet']): string {
  return `${socketText(destination, destinationPort)}/${formatProtocol(protocol)}`;
}

function doorsOf(
  classes: readonly DifferingClass[],
  doors: FamilyComparison['space']['universe']['doors'],
): string[] {
  let set = 0n;
  for (const { box } of classes) set |= box.doors;
  const names = doors.flatMap((door, at) =>
    !hasBit(set, at) ? [] : [door.kind === 'node' ? 'node' : (door.device ?? 'any interface')],
  );
  return [...new Set(names)];
}

function senderOf(packet: DifferingClass['packet'], source: Address | null, { known }: State): string {
  if (packet.entersAt === 'OUTPUT') {
    const bound = packet.source.address === null ? '' : ` bound to ${formatAddress(packet.source.address)}`;
    return `a process on ${known.node ?? 'this node'}${bound}`;
  }
  const pod = source === null ? null : known.book.podAt(source);
  if (pod !== null && !pod.hostNetwork) return `pod ${pod.namespace}/${pod.name}`;
  return source === null ? 'any sender' : formatAddress(source);
}
