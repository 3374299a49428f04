import { QuestionError } from '../../explain/question/question.ts';
import type { TraceList } from '../../explain/trace-list.ts';
import type { CheckInput } from '../../findings/check-input.ts';
import { answerFrom } from '../answer.ts';
import { documentHead } from '../document-head.ts';
import { EXIT, type ExitStatus } from '../exit-status.ts';
import { inputOf } from '../input-of.ts';
import type { Io } from '../io.ts';
import type { TraceRequest } from '../requests.ts';
import { tellsCause, traceFormats } from '../trace-formats.ts';
import { UsageError } from '../usage-error.ts';
import type { CapturedNode } from './captured-nodes.ts';
import { CapturedPeers } from './captured-peers.ts';
import { traceCluster } from './trace-cluster.ts';

/** Traces through the nodes of one cluster, writes the answer. Throws UsageError where the question names nothing known; InputError. */
export async function runTraceOfCluster(
  request: TraceRequest,
  nodes: readonly CapturedNode[],
  io: Io,
): Promise<ExitStatus> {
  let input: CheckInput | null = null;
  await answerFrom(
    request,
    io,
    async (load, progress): Promise<TraceList> => {
      const peers = await CapturedPeers.open(nodes, load);
      progress.begin(`tracing ${request.destination}`);
      try {
        const items = await traceCluster(request, peers);
        const { capture, known } = peers.first;
        if (tellsCause(request)) input = await inputOf(capture, known);
        return { ...documentHead(capture), problems: peers.problems(), kind: 'TraceList', items };
      } catch (error) {
        if (error instanceof QuestionError) throw new UsageError('question', error.message);
        throw error;
      }
    },
    traceFormats(request, io, () => input),
  );
  return EXIT.answered;
}
