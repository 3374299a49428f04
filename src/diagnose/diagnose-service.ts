import { NO_PEERS, type Peers } from '../explain/connection/peers.ts';
import { explainTrace } from '../explain/explain-trace.ts';
import type { Note } from '../explain/explanation.ts';
import { readDestination } from '../explain/question/destination.ts';
import type { TraceQuestion } from '../explain/question/question.ts';
import type { TraceItem } from '../explain/trace-list.ts';
import type { CheckInput } from '../findings/check-input.ts';
import { CheckContext } from '../findings/context.ts';
import { namedObjects } from '../findings/named-objects.ts';
import { apiFacts, behind } from './api-facts.ts';
import type { Cause, Shares } from './cause.ts';
import { findCauses } from './find-causes.ts';
import { focused } from './focused.ts';
import { routeMissing, sharesOf, type Verdict, verdictOf } from './shares.ts';
import { type Subject, subjectOf, waysTo } from './ways.ts';
import type { WayItem, WhyReport } from './why-report.ts';

/** The report without its head, which is made last: reading for the answer may still find problems. */
export type WhyAnswer = Omit<WhyReport, 'apiVersion' | 'kind' | 'capture' | 'problems'>;

/** The answer, and the traces that it was made of: one for each way. */
export interface Diagnosis {
  readonly answer: WhyAnswer;
  readonly items: readonly TraceItem[];
}

/**
 * Answers `why`: asks every way into one Service port, and says why those that do not work do not.
 * @param peers the other nodes of the cluster, where they were captured too
 * @param senderUnseen why what becomes of packets before they come to this node is not known; null: they begin here
 * @throws QuestionError where the question names nothing that is known
 */
export function diagnoseService(
  question: TraceQuestion,
  input: CheckInput,
  peers: Peers = NO_PEERS,
  senderUnseen: Note | null = null,
): Diagnosis {
  const { known } = input;
  const destination = readDestination(question, known);
  const subject = subjectOf(destination, known);
  const traced = waysTo(question, destination, subject).flatMap((way) =>
    explainTrace(way.question, known, peers, senderUnseen)
      .filter(({ insteadOf }) => insteadOf === undefined)
      .map((item) => ({ item, via: way.via })),
  );
  const items = traced.map(({ item }) => item);
  const ways = traced.map(({ item, via }): WayItem => {
    const { address, port } = item.packet.destination;
    // A client that loadBalancerSourceRanges let in stands for those outside.
    const vantage = question.from === null && item.vantage === 'given' ? 'external' : item.vantage;
    return {
      vantage,
      from: item.from,
      to: { address, port },
      via,
      shares: sharesOf(item),
      stuck: item.flow?.item.stale === true,
    };
  });
  const service = subject.service ?? items.find((item) => item.service !== null)?.service ?? null;
  const asked: Subject = { ...subject, service };
  const context = new CheckContext(focused(input, asked, items));
  const causes = findCauses(items, asked, context);
  const answer: WhyAnswer = {
    asked: question.destination,
    service,
    protocol: items[0]?.packet.protocol ?? '',
    verdict: overall(ways, causes),
    works: {
      pod: worst(ways, 'pod'),
      node: worst(ways, 'node'),
      external: worst(ways, 'external'),
      given: worst(ways, 'given'),
    },
    ways,
    api: apiFacts(subject, behind(subject, known.cluster), known.cluster),
    notes: [
      ...(destination.chosen === null ? [] : [destination.chosen]),
      ...new Set(items.flatMap((item) => noteText(routeMissing(item)))),
      ...(known.flows === null
        ? ['conntrack was not captured: flows that are stuck were not looked for (capture `conntrack -L`)']
        : []),
    ],
    causes,
  };
  return { answer, items };
}

function noteText(note: Note | null): string[] {
  if (note === null) return [];
  return [note.settle === null ? note.text : `${note.text} (${note.settle})`];
}

/** Of several ways the one by which least works. */
function worst(ways: readonly WayItem[], vantage: WayItem['vantage']): Shares | null {
  const own = ways.filter((way) => way.vantage === vantage).map(({ shares }) => shares);
  return own.reduce<Shares | null>(
    (least, each) => (least === null || each.works < least.works ? each : least),
    null,
  );
}

/** An error of the Service's own breaks traffic that none of the ways stands for: old flows, a pod that asks itself. */
function overall(ways: readonly WayItem[], causes: readonly Cause[]): Verdict {
  const verdicts = ways.map(({ shares }) => verdictOf(shares));
  const isOwn = ({ severity, explains, objects }: Cause) =>
    severity === 'error' && (explains || namedObjects(objects).length > 0);
  const isStuck = ways.some(({ stuck }) => stuck);
  if (verdicts.includes('broken') || isStuck || causes.some(isOwn)) return 'broken';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'works';
}
