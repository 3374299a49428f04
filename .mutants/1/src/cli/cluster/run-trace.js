import { QuestionError } from '../../explain/question/question.js';
import { answerFrom } from '../answer.js';
import { documentHead } from '../document-head.js';
import { EXIT } from '../exit-status.js';
import { inputOf } from '../input-of.js';
import { tellsCause, traceFormats } from '../trace-formats.js';
import { UsageError } from '../usage-error.js';
import { CapturedPeers } from './captured-peers.js';
import { traceCluster } from './trace-cluster.js';
/**
 * Traces through the nodes of one cluster, writes the answer.
 * @param told how the question was read; stands before the text
 * @returns the exit status. Throws UsageError where the question names nothing known; InputError.
 */
export async function runTraceOfCluster(request, nodes, io, told) {
    let input = null;
    // What `why` asks is one node: the one that the packets begin on.
    let homeFiles = request.sources.files;
    await answerFrom(request, io, async (load, progress) => {
        const peers = await CapturedPeers.open(nodes, load);
        progress.begin(`tracing ${request.destination}`);
        try {
            const { items, home } = await traceCluster(request, peers);
            const { capture } = peers.first;
            const own = peers.sourceOf(home);
            if (own.folder !== null)
                homeFiles = [own.folder];
            if (tellsCause(request))
                input = await inputOf(own.capture, home);
            return { ...documentHead(capture), problems: peers.problems(), kind: 'TraceList', items };
        }
        catch (error) {
            if (error instanceof QuestionError)
                throw new UsageError('question', error.message);
            throw error;
        }
    }, traceFormats(request, io, () => input, told, () => ({ ...request.sources, files: homeFiles })));
    return EXIT.answered;
}
