import { diagnoseService } from '../../diagnose/diagnose-service.ts';
import type { WhyReport } from '../../diagnose/why-report.ts';
import { QuestionError } from '../../explain/question/question.ts';
import type { TraceItem } from '../../explain/trace-list.ts';
import { answerFrom } from '../answer.ts';
import { documentHead } from '../document-head.ts';
import { inputOf } from '../input-of.ts';
import type { Io } from '../io.ts';
import type { WhyRequest } from '../requests.ts';
import { UsageError } from '../usage-error.ts';
import { whyFormats } from '../why-formats.ts';
import type { CapturedNode } from './captured-nodes.ts';
import { CapturedPeers } from './captured-peers.ts';
import { homeOf } from './home.ts';

/**
 * Answers `why` from the captures of the nodes of one cluster: of the node that the asked sender is on, else of the one named
 * first, with the connections followed over the others.
 * @param told how the question was read; stands before the text
 * @returns the report, written. Throws UsageError where the question names nothing known; InputError.
 */
export async function runWhyOfCluster(
  request: WhyRequest,
  nodes: readonly CapturedNode[],
  io: Io,
  told: string,
): Promise<WhyReport> {
  let traced: readonly TraceItem[] = [];
  return await answerFrom(
    request,
    io,
    async (load, progress): Promise<WhyReport> => {
      const peers = await CapturedPeers.open(nodes, load);
      progress.begin(`asking why ${request.destination}`);
      try {
        const { known } = peers.first;
        const { node, unseen, asked } = homeOf(request, known, peers);
        const home = (node === null ? null : await peers.read(node)) ?? known;
        const { capture } = peers.sourceOf(home);
        const input = await inputOf(capture, home);
        const { answer, items } = await peers.answering(() =>
          diagnoseService(request, input, peers, asked ? null : unseen),
        );
        traced = items;
        const said = [...(unseen === null ? [] : [unseen]), ...peers.notes()];
        const notes = [...answer.notes, ...said.map(({ text }) => text)];
        return {
          ...documentHead(capture),
          problems: peers.problems(),
          kind: 'WhyReport',
          ...answer,
          notes,
        };
      } catch (error) {
        if (error instanceof QuestionError) throw new UsageError('question', error.message);
        throw error;
      }
    },
    whyFormats(request, io, () => traced, told),
  );
}
