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

/**
 * Traces through the nodes of one cluster, writes the answer.
 * @param told how the question was read; stands before the text
 * @returns the exit status. Throws UsageError where the question names nothing known; InputError.
 */
export async function runTraceOfCluster(
  request: TraceRequest,
  nodes: readonly CapturedNode[],
  io: Io,
  told: string,
): Promise<ExitStatus> {
  let input: CheckInput | null = null;
  // What `why` asks is one node: the one that the packets begin on.
  let homeFiles = request.sources.files;
  await answerFrom(
    request,
    io,
    async (load, progress): Promise<TraceList> => {
      const peers = await CapturedPeers.open(nodes, load);
      progress.begin(`tracing ${request.destination}`);
      try {
        const { items, home } = await traceCluster(request, peers);
        const { capture } = peers.first;
        const own = peers.sourceOf(home);
        if (own.folder !== null) homeFiles = [own.folder];
        if (tellsCause(request)) input = await inputOf(own.capture, home);
        return { ...documentHead(capture), problems: peers.problems(), kind: 'TraceList', items };
      } catch (error) {
        if (error instanceof QuestionError) throw new UsageError('question', error.message);
        throw error;
      }
    },
    traceFormats(
      request,
      io,
      () => input,
      told,
      () => ({ ...request.sources, files: homeFiles }),
    ),
  );
  return EXIT.answered;
}
