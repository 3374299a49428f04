import type { ConnectionWay } from '../../explain/connection/connection-item.ts';
import { NO_PEERS } from '../../explain/connection/peers.ts';
import { addShares, NAMES, ROUNDING } from '../../explain/connection/shares.ts';
import { explainTrace } from '../../explain/explain-trace.ts';
import { type Known, plainQuestion } from '../../explain/question/question.ts';
import type { OutcomeItem, StepItem, TraceItem } from '../../explain/trace-list.ts';
import type { Endpoint } from '../../kubernetes/objects.ts';
import { parseAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { isKubeChain } from '../../proxy/chains.ts';
import type { AcrossSender } from '../across/across-nodes.ts';
import { askedOf, decidingStep, SENDERS } from '../across/follow-across.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import { chooseAnswers } from './choose-answers.ts';

/**
 * Answers of an endpoint that a rule or policy of this node loses, or does not track, though it lets the requests pass; `later`: it
 * loses what the client sends when it has its answer.
 */
export interface LostAnswer {
  readonly port: ExpectedPort;
  readonly sender: AcrossSender;
  /** `pod shop/client-a`, as a trace calls it. */
  readonly from: string;
  /** What was asked: `10.96.10.1:80`. */
  readonly asked: string;
  /** The endpoint that answers. */
  readonly endpoint: string;
  readonly step: StepItem;
  readonly how: 'lost' | 'not-tracked' | 'later';
}

/**
 * Follows one connection of each kind there and back over this node alone. Whoever answers on a node that was not captured, is
 * taken to.
 * @param expected the Service ports that are asked about
 * @returns what fails for certain, and by a rule: what routing and the kernel do by themselves other findings tell
 */
export function lostAnswers(known: Known, expected: readonly ExpectedPort[]): LostAnswer[] {
  const placeOf = ({ address, node }: Endpoint): string => {
    const parsed = parseAddress(address);
    if (parsed !== null && known.book.nodeAt(parsed) !== null) return node === known.node ? 'own' : 'node';
    return node === known.node ? 'own pod' : node === null ? 'outside' : 'pod';
  };
  return chooseAnswers(expected, placeOf).flatMap((port) =>
    SENDERS.flatMap((sender) => {
      const asked = askedOf(port, sender, known);
      if (asked === null) return [];
      // Live flows are no first packets.
      const question = {
        ...plainQuestion(asked),
        from: sender,
        protocol: formatProtocol(port.protocol),
        ctstate: 'NEW',
      };
      return explainTrace(question, known, NO_PEERS)
        .filter(({ insteadOf }) => insteadOf === undefined)
        .flatMap((item) => lostIn(item).map((lost) => ({ ...lost, port, sender, asked, from: item.from })));
    }),
  );
}

type Lost = Pick<LostAnswer, 'endpoint' | 'step' | 'how'>;

function lostIn({ outcomes, steps }: TraceItem): Lost[] {
  const met = outcomes.flatMap((outcome) =>
    waysOf(outcome).flatMap((way) => {
      const lost = lostOn(way, outcome, steps);
      return lost === null ? [] : [{ outcome, way, lost }];
    }),
  );
  return met.flatMap(({ lost, way: { sees } }) => {
    const alike = met.filter((each) => each.lost.step === lost.step);
    const shares = addShares(outcomes, (outcome) => {
      // Of some clients the rule drops the request already: of those whose own port is the endpoint's.
      if (outcome.decidedBy === lost.step.id) return [{ sees: NAMES[sees], share: outcome.probability }];
      return alike
        .filter((each) => each.outcome === outcome)
        .map(({ way }) => ({ sees: NAMES[way.sees], share: way.share }));
    });
    return shares[NAMES[sees]] > ROUNDING ? [lost] : [];
  });
}

function waysOf({ connection, verdict }: OutcomeItem): ConnectionWay[] {
  return connection === null || verdict !== 'accept' ? [] : [connection, ...connection.others];
}

function lostOn(way: ConnectionWay, { destination }: OutcomeItem, steps: readonly StepItem[]): Lost | null {
  const leg = way.legs.at(-1);
  if (way.sees === 'works' || way.sees === 'unknown' || leg === undefined) return null;
  const isLater = way.reason?.code === 'later-lost';
  if (leg.direction !== 'answer' && !isLater) return null;
  const endpoint = socketText(destination.address, destination.port);
  const untracked = steps.find(({ id, action }) => action === 'notrack' && leg.path.includes(id));
  if (untracked !== undefined) return { endpoint, step: untracked, how: 'not-tracked' };
  const step = isLater || way.reason?.code === 'lost' ? decidingStep(way, steps) : null;
  // What kube-proxy drops itself comes of something else.
  return step === null || isKubeChain(step.chain)
    ? null
    : { endpoint, step, how: isLater ? 'later' : 'lost' };
}
