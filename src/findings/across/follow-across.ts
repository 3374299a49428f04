import type { ConnectionWay } from '../../explain/connection/connection-item.ts';
import type { Peers } from '../../explain/connection/peers.ts';
import { addShares, NAMES, ROUNDING } from '../../explain/connection/shares.ts';
import { explainTrace } from '../../explain/explain-trace.ts';
import { type Known, plainQuestion } from '../../explain/question/question.ts';
import { findSomePod } from '../../explain/question/some-pod.ts';
import { nodeAddress, ownPodNetwork, thisNodeName } from '../../explain/question/this-node.ts';
import type { OutcomeItem, StepItem, TraceItem } from '../../explain/trace-list.ts';
import type { Endpoint, Service } from '../../kubernetes/objects.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { type Family, formatAddress, parseAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { type ExpectedPort, listExpectedPorts } from '../expected/expected-port.ts';
import { groupBy } from '../group.ts';
import type { AcrossNodes, AcrossSender, FailedConnection } from './across-nodes.ts';
import { chooseAcross, comesFromOutside } from './choose-across.ts';

/** The other nodes that connections are followed to. */
export interface Others {
  readonly peers: Peers;
  readonly nodes: readonly string[];
  readonly notTried: readonly string[];
  readonly apartMinutes: number | null;
}

/** The Service, or the namespace, that is asked about. */
interface About {
  readonly namespace: string;
  readonly name: string | null;
}

/**
 * Follows connections of this node's pods, of the node, and of clients outside that come by its node ports, to endpoints on other
 * nodes, and the answers back. What this node itself does to a connection that never gets to another one is left to other findings.
 * @param about null: all Services
 * @returns null where the API objects, or the name of this node, were not captured
 */
export function followAcross(known: Known, others: Others, about: About | null): AcrossNodes | null {
  const { peers, ...told } = others;
  const own = thisNodeName(known);
  const expected = listExpectedPorts(known.cluster);
  if (own === null || expected === null) return null;
  const wanted = new Set(others.nodes);
  const isFar = ({ node, ready }: Endpoint): boolean => ready && node !== null && wanted.has(node);
  const ports = expected.filter(
    ({ service, endpoints }) => endpoints.some(isFar) && (about === null || isOf(service, about)),
  );
  const chosen = chooseAcross(ports, isFar, ({ address }) => {
    const parsed = parseAddress(address);
    return parsed !== null && known.book.nodeAt(parsed) !== null;
  });
  const failed = chosen.flatMap((port) =>
    SENDERS.flatMap((sender) => failuresOf(port, sender, { known, peers, own, wanted })),
  );
  const lost = new Set(failed.filter(({ sees }) => sees === 'unknown').map(({ port }) => port));
  return { ...told, ports: ports.length, followed: chosen.length - lost.size, failed };
}

function isOf(service: Service, { namespace, name }: About): boolean {
  return service.namespace === namespace && (name === null || service.name === name);
}

/** Who asks. */
export const SENDERS: readonly AcrossSender[] = ['pod', 'node', 'external'];

interface Setting {
  readonly known: Known;
  readonly peers: Peers;
  readonly own: string;
  readonly wanted: ReadonlySet<string>;
}

function failuresOf(port: ExpectedPort, sender: AcrossSender, setting: Setting): FailedConnection[] {
  const asked = askedOf(port, sender, setting.known);
  if (asked === null) return [];
  const question = {
    ...plainQuestion(asked),
    from: sender,
    protocol: formatProtocol(port.protocol),
    // Live flows are no first packets.
    ctstate: 'NEW',
  };
  return explainTrace(question, setting.known, setting.peers)
    .filter(({ insteadOf }) => insteadOf === undefined)
    .flatMap((item) => failuresIn(item, { port, sender, asked }, setting));
}

/** @returns the address and port that they ask; null where they cannot: clients outside come by the node port. */
export function askedOf(expected: ExpectedPort, sender: AcrossSender, known: Known): string | null {
  const { clusterIP, port, family } = expected;
  if (sender === 'pod' && !hasPods(known, family)) return null;
  if (sender !== 'external') return socketText(formatAddress(clusterIP), port.port);
  const address = nodeAddress(known, family);
  if (address === null || port.nodePort === null || !comesFromOutside(expected)) return null;
  return socketText(formatAddress(address), port.nodePort);
}

/** An address of the cluster's pods that may be another node's stands for no pod of this one. */
function hasPods(known: Known, family: Family): boolean {
  return findSomePod(known, family)?.here === true || ownPodNetwork(known, family) !== null;
}

function failuresIn(
  item: TraceItem,
  told: Pick<FailedConnection, 'port' | 'sender' | 'asked'>,
  setting: Setting,
): FailedConnection[] {
  const met = item.outcomes.flatMap((outcome) => failedWays(outcome, item.steps, told.port, setting));
  const alike = groupBy(met, ({ at, sees }) => `${at}\n${sees}`);
  return [...alike.values()].flatMap((same) => {
    const sure = isSure(same, item.outcomes);
    return same.map(({ outcome: _, share: __, ...failed }) => ({
      ...told,
      from: item.from,
      ...failed,
      sure,
    }));
  });
}

interface FailedWay
  extends Pick<FailedConnection, 'endpoint' | 'far' | 'at' | 'sees' | 'reason' | 'step'>,
    Pick<ConnectionWay, 'share'> {
  readonly outcome: OutcomeItem;
}

function failedWays(
  outcome: OutcomeItem,
  steps: readonly StepItem[],
  port: ExpectedPort,
  { own, wanted }: Setting,
): FailedWay[] {
  const { connection, destination } = outcome;
  if (connection === null) return [];
  const far = port.endpoints.find((one) => isSocket(one, destination))?.node ?? null;
  if (far === null || !wanted.has(far)) return [];
  return [connection, ...connection.others].flatMap((way): FailedWay[] => {
    const { sees, reason, share, astray = false } = way;
    if (sees === 'works' || reason === null) return [];
    const last = way.legs.at(-1)?.node ?? null;
    if (last === null) return [];
    if (!astray && (sees === 'unknown' || !BETWEEN.has(reason.code) || !isBetween(way, own))) return [];
    const writer = steps.find(({ id }) => id === way.writtenBy);
    // The last leg is that of who sends it.
    const ends = reason.code !== 'device-down' ? last : last === own ? far : own;
    const at = writer === undefined ? ends : (writer.node ?? own);
    const endpoint = socketText(destination.address, destination.port);
    return [{ outcome, share, endpoint, far, at, sees, reason, step: writer ?? decidingStep(way, steps) }];
  });
}

/** Whether some of these, which all end there in the same way, do so whatever the captures leave open. */
function isSure(same: readonly FailedWay[], outcomes: readonly OutcomeItem[]): boolean {
  if (same.every(({ sees }) => sees === 'unknown')) return false;
  const shares = addShares(outcomes, (outcome) =>
    same.filter((one) => one.outcome === outcome).map(({ sees, share }) => ({ sees: NAMES[sees], share })),
  );
  return same.some(({ sees }) => shares[NAMES[sees]] > ROUNDING);
}

/** What becomes of a connection between nodes; that nothing listens is the endpoint's own. */
const BETWEEN: ReadonlySet<string> = new Set([
  'lost',
  'tunnel-lost',
  'device-down',
  'refused',
  'refusal-unheard',
  'dead-end',
  'own-packet',
  'wrong-source',
  'answer-astray',
  'answer-skips',
  'later-lost',
]);

function isSocket(endpoint: Endpoint, to: OutcomeItem['destination']): boolean {
  return endpoint.address === to.address && endpoint.port === to.port;
}

function isBetween({ legs, reason }: ConnectionWay, own: string): boolean {
  return OF_TUNNELS.has(reason?.code ?? '') || legs.some(({ node }) => node !== own);
}

/** What ends a connection between two nodes, though its packets may have met one only. */
const OF_TUNNELS: ReadonlySet<string> = new Set(['tunnel-lost', 'device-down']);

/** @returns the rule or policy that ended it, where one did: routing decides without any, and what it passed before is no proof. */
export function decidingStep({ legs, reason }: ConnectionWay, steps: readonly StepItem[]): StepItem | null {
  const id = legs.at(-1)?.path.at(-1);
  const last = id === undefined ? undefined : steps.find((step) => step.id === id);
  const decides = reason === null ? undefined : DECIDES[reason.code];
  return last !== undefined && decides?.has(last.action) === true ? last : null;
}

const ENDS: ReadonlySet<string> = new Set(['drop', 'reject']);
const DECIDES = dictionary<ReadonlySet<string>>({
  lost: ENDS,
  'tunnel-lost': ENDS,
  refused: ENDS,
  'refusal-unheard': ENDS,
  'answer-skips': ENDS,
  'later-lost': ENDS,
  'own-packet': new Set(['snat', 'masquerade', 'netmap']),
});
