import { explainTrace } from '../../explain/explain-trace.ts';
import type { Known, TraceQuestion } from '../../explain/question/question.ts';
import type { TraceItem } from '../../explain/trace-list.ts';
import type { CapturedPeers } from './captured-peers.ts';
import { homeOf } from './home.ts';

/** An answer from several nodes. */
export interface ClusterTrace {
  readonly items: readonly TraceItem[];
  /** The node that the packets are first traced on; where they begin on several, the one named first. */
  readonly home: Known;
}

/**
 * Answers `trace` from the captures of several nodes. A packet is first traced on the node that its sender is on; from outside
 * on the one that has the address it is sent to, else on the one named first.
 * @throws QuestionError where the question names nothing that is known
 */
export async function traceCluster(question: TraceQuestion, peers: CapturedPeers): Promise<ClusterTrace> {
  const { known } = peers.first;
  const homes = await Promise.all(
    sendersOf(question).map(async (from) => {
      const asked = { ...question, from };
      const { node, unseen, asked: isAsked } = homeOf(asked, known, peers);
      const home = (node === null ? null : await peers.read(node)) ?? known;
      return { asked, home, unseen, isAsked };
    }),
  );
  // One question where one node answers for all senders.
  const together = homes.every(({ home, unseen }) => home === known && unseen === null)
    ? [{ asked: question, home: known, unseen: null, isAsked: false }]
    : homes;
  const items = await peers.answering(() =>
    together.flatMap(({ asked, home, unseen, isAsked }) =>
      explainTrace(asked, home, peers, isAsked ? null : unseen).map((item) =>
        unseen === null ? item : { ...item, assumptions: [unseen, ...item.assumptions] },
      ),
    ),
  );
  const notes = peers.notes();
  const [first] = homes;
  const home = first !== undefined && homes.every((each) => each.home === first.home) ? first.home : known;
  if (notes.length === 0) return { items, home };
  return { items: items.map((item) => ({ ...item, assumptions: [...item.assumptions, ...notes] })), home };
}

function sendersOf({ from }: TraceQuestion): readonly string[] {
  return from === null ? ['pod', 'node', 'external'] : [from];
}
