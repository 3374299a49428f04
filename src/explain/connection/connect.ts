import { clientOf } from '../../connection/client.ts';
import type { ConnectionReason, Leg, Way } from '../../connection/connection.ts';
import { followConnection } from '../../connection/follow.ts';
import { isUnheard } from '../../connection/refusal.ts';
import { omittedNamespaces } from '../../kubernetes/omitted-namespaces.ts';
import type { Address } from '../../net/address.ts';
import type { Outcome, Trace } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';
import { rulesMissingOf } from '../trace/remarks/rules-missing.ts';
import type { OutcomeItem, Remark, StepItem } from '../trace-list.ts';
import type { ConnectionItem, ConnectionWay, LegItem } from './connection-item.ts';
import { connectionNote } from './connection-reasons.ts';
import { connectionOf, type FollowedWay } from './followed-way.ts';
import type { NodesOnTheWay } from './peers.ts';
import { StepRegister } from './step-register.ts';
import type { TracedNode } from './traced-node.ts';
import { TwinConnection } from './twin-connections.ts';

/** Outcomes with the connections that they begin, and what these pass. */
export interface Connected {
  readonly outcomes: readonly OutcomeItem[];
  /** Those of the trace, and what else connections passed until now. */
  readonly steps: Pick<StepRegister, 'list' | 'chains'>;
  /** Whether the packet is one that begins a connection, or one of its client's. */
  readonly beginsConnection: boolean;
  /** Follows one more outcome of the trace. */
  follow(item: OutcomeItem, outcome: Outcome): OutcomeItem;
  /**
   * @param another endpoint of such a way
   * @returns what the connection of an outcome is to ways that go alike; null where what is told of it names its endpoint
   */
  forTwins(index: number, another: Address): TwinConnection | null;
}

/** What is known of who sends. */
export interface SenderKnown {
  /** False where it is somebody of whom not even the network is known. */
  readonly clientKnown: boolean;
  /** Why what becomes of the packet before it comes to this node is not known; null: it begins here, or that is known. */
  readonly senderUnseen: Note | null;
}

/**
 * Follows the connection that each outcome begins to who answers, and back.
 * @param node where the packet was traced, with what its trace was described as
 */
export function connect(
  node: TracedNode,
  trace: Trace,
  described: { readonly outcomes: readonly OutcomeItem[]; readonly steps: () => readonly StepItem[] },
  nodes: NodesOnTheWay,
  sender: SenderKnown,
): Connected {
  const begins = beginsConnection(trace);
  const register = new StepRegister(node, trace.steps, described.steps);
  const context = { node, trace, nodes, register, ...sender };
  const connections = new Map<Outcome, TwinConnection>();
  const follow = (item: OutcomeItem, outcome: Outcome): OutcomeItem => {
    if (!begins) return item;
    const ways = waysOf(item, outcome, context);
    connections.set(outcome, new TwinConnection(outcome, ways));
    const connection = connectionOf(item, ways);
    return { ...item, connection, remarks: settled(item.remarks, connection) };
  };
  const outcomes = described.outcomes.map((item, index) => {
    const outcome = trace.outcomes[index];
    return outcome === undefined ? item : follow(item, outcome);
  });
  return {
    outcomes,
    steps: register,
    beginsConnection: begins,
    follow,
    forTwins: (index, another) => {
      const outcome = trace.outcomes[index];
      const connection = outcome === undefined ? undefined : connections.get(outcome);
      return connection?.isOfEach(another) === true ? connection : null;
    },
  };
}

/** Whether the answer comes back through the node is no guess where it was traced over the other node, too. */
function settled(remarks: readonly Remark[], { sees, legs, others }: ConnectionItem): readonly Remark[] {
  const overNodes = new Set(legs.map(({ node }) => node)).size > 1;
  if (!overNodes || others.length > 0 || sees === 'unknown') return remarks;
  return remarks.flatMap((remark): Remark[] => {
    if (remark.code !== 'answer-not-through-node') return [remark];
    return sees === 'works' ? [] : [{ ...remark, effect: 'breaks' }];
  });
}

/** A packet that opens a connection, or is one of its client's. */
function beginsConnection({ packet, outcomes }: Trace): boolean {
  if (packet.state === 'INVALID' || packet.state === 'UNTRACKED' || packet.state === 'RELATED') return false;
  const ends = outcomes.map(({ end }) => end.connection);
  if (ends.some((connection) => connection?.direction === 'REPLY')) return false;
  return packet.state === 'NEW' || ends.some((connection) => connection?.fromCapture === true);
}

interface Context extends SenderKnown {
  readonly node: TracedNode;
  readonly trace: Trace;
  readonly nodes: NodesOnTheWay;
  readonly register: StepRegister;
}

function waysOf(item: OutcomeItem, outcome: Outcome, context: Context): FollowedWay[] {
  const { node, trace, nodes, clientKnown, senderUnseen } = context;
  const { packet } = trace;
  const share = item.probability;
  // What the rules alone say is not what happens: another proxy may carry the Service.
  if (item.verdict === 'unknown' && outcome.verdict !== 'unknown') {
    const leg = { view: node.view, direction: 'request', packet, outcome } as const;
    return [unfollowed({ sees: 'unknown', share, reason: item.reason, legs: [legItem(leg, context)] })];
  }
  const client = clientKnown ? clientOf(node.view, packet, outcome) : null;
  if (client === null && outcome.verdict === 'accept')
    return [
      unfollowed({ sees: 'unknown', share, reason: connectionNote({ code: 'client-unknown' }), legs: [] }),
    ];
  if (client === null) return [unfollowed(withoutClient(item, outcome, context))];
  const followed = alike(followConnection(node.view, packet, outcome, client, nodes));
  const ways = isServed(item, outcome, context) ? followed.map(listening) : followed;
  const missing = rulesMissingOf(item.remarks);
  const noted =
    senderUnseen ??
    (missing === null ? null : { code: missing.code, text: missing.text, settle: missing.settle });
  return ways.map((way) => {
    const { share: part, reason, legs } = way;
    // What fails further on does so only if the packet comes there.
    const sees = noted === null ? way.sees : 'unknown';
    const told: ConnectionWay = {
      sees,
      share: share * part,
      reason: noted ?? (reason === null ? null : connectionNote(reason)),
      ...(noted === null ? writtenBy(reason, context) : {}),
      ...(noted === null && reason?.code === 'leaves-cluster' && reason.astray ? { astray: true } : {}),
      ...(noted === null ? endedBy(reason) : {}),
      legs: legs.map((leg) => legItem(leg, context)),
    };
    return { told, way: { part, legs, reason: noted === null ? reason : null } };
  });
}

/** One way of which no answer is followed: its share is the outcome's. */
function unfollowed(told: ConnectionWay): FollowedWay {
  return { told, way: null };
}

function endedBy(reason: ConnectionReason | null): Pick<ConnectionWay, 'endedBy'> {
  const ended = reason !== null && 'leg' in reason ? reason.leg.outcome.reason : null;
  return ended === null ? {} : { endedBy: ended.code };
}

/** Rules send a Service's connections there, and its endpoints in the API, which would tell more, were not captured. */
function isServed({ service }: OutcomeItem, { end }: Outcome, { node }: Context): boolean {
  if (service === null || (end.connection?.dnat !== true && end.balancedBy === null)) return false;
  const { cluster } = node.view;
  return cluster.endpoints === null || omittedNamespaces(cluster).has(service.namespace);
}

/** kube-proxy programs endpoints that are ready, which stands for listening. */
function listening(way: Way): Way {
  return way.reason?.code === 'listening-unknown' ? { ...way, sees: 'works', reason: null } : way;
}

/** Ways that pass the same nodes with the same end are one: a further node may have thousands of endpoints. */
function alike(ways: readonly Way[]): readonly Way[] {
  if (ways.length < 2) return ways;
  const found = new Map<string, Way>();
  for (const way of ways) {
    const { outcome } = way.legs.at(-1) ?? {};
    const key = [
      way.sees,
      way.reason?.code,
      way.legs.length,
      outcome?.verdict,
      outcome?.decidedBy?.id,
    ].join();
    const same = found.get(key);
    found.set(key, same === undefined ? way : { ...same, share: same.share + way.share });
  }
  return [...found.values()];
}

function legItem(leg: Leg, { node, nodes, register }: Context): LegItem {
  const { view, direction, packet, outcome } = leg;
  const at = view === node.view ? node : nodes.nodeOf(view);
  return {
    node: view.name,
    direction,
    enters: packet.inInterface ?? null,
    leaves: outcome.exit?.kind === 'interface' ? outcome.exit.name : null,
    path: register.idsOf(leg, at, at === node),
  };
}

function writtenBy(reason: ConnectionReason | null, context: Context): Pick<ConnectionWay, 'writtenBy'> {
  if (reason === null || !('by' in reason)) return {};
  const { by } = reason;
  if (by === null) return {};
  const at = by.leg.outcome.path.findLastIndex(({ step }) => step === by.step);
  const id = legItem(by.leg, context).path[at];
  return id === undefined ? {} : { writtenBy: id };
}

/** A packet that does not get past the node, whoever sent it. */
function withoutClient(item: OutcomeItem, outcome: Outcome, context: Context): ConnectionWay {
  const { node, trace } = context;
  const leg = { view: node.view, direction: 'request', packet: trace.packet, outcome } as const;
  const [sees, code] = (
    {
      drop: ['times-out', 'lost'],
      reject: ['refused', 'refused'],
      queue: ['unknown', 'not-followed'],
      unknown: ['unknown', 'not-followed'],
      accept: ['unknown', 'not-followed'],
    } as const
  )[outcome.verdict];
  if (isUnheard(outcome)) {
    const unheard = connectionNote({ code: 'refusal-unheard', leg });
    return { sees: 'times-out', share: item.probability, reason: unheard, legs: [legItem(leg, context)] };
  }
  const reason = connectionNote({ code, leg });
  return { sees, share: item.probability, reason, legs: [legItem(leg, context)] };
}
