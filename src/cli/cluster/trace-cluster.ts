import { explainTrace } from '../../explain/explain-trace.ts';
import { senderAsTyped } from '../../explain/question/as-typed.ts';
import { readDestination } from '../../explain/question/destination.ts';
import type { Known, TraceQuestion } from '../../explain/question/question.ts';
import type { TraceItem } from '../../explain/trace-list.ts';
import { parseAddress } from '../../net/address.ts';
import type { CapturedPeers } from './captured-peers.ts';

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
      const home = homeOf(asked, known, peers);
      return { asked, home: (home === null ? null : await peers.read(home)) ?? known };
    }),
  );
  // One question where one node answers for all senders.
  const together = homes.every(({ home }) => home === known) ? [{ asked: question, home: known }] : homes;
  const items = await peers.answering(() =>
    together.flatMap(({ asked, home }) => explainTrace(asked, home, peers)),
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

/** @returns the node that the packet meets first; null where nothing tells. */
export function homeOf(asked: TraceQuestion, known: Known, peers: CapturedPeers): string | null {
  const { from } = senderAsTyped(asked, known);
  if (from === null || from === 'pod' || from === 'node') return null;
  const { book, cluster } = known;
  if (from.startsWith('pod:')) {
    const [namespace, name] = namesOf(from.slice('pod:'.length), asked.namespace);
    return cluster.pods?.find((pod) => pod.namespace === namespace && pod.name === name)?.node ?? null;
  }
  const sender = parseAddress(from.replace(/^\[(.*)\]$/, '$1'));
  if (sender !== null) {
    const own = book.podAt(sender)?.node ?? book.nodeAt(sender)?.name ?? peers.ownerOf(sender);
    if (own !== null) return own;
  }
  const { address, isLocal } = readDestination(asked, known);
  return isLocal ? null : (book.nodeAt(address)?.name ?? peers.ownerOf(address));
}

function namesOf(text: string, namespace: string): readonly [string, string] {
  const slash = text.indexOf('/');
  return slash < 0 ? [namespace, text] : [text.slice(0, slash), text.slice(slash + 1)];
}
