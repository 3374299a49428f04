import { spansOfPaste } from '../capture/paste/split-paste.js';
import { recognise } from '../capture/recognise.js';
import { ProblemList } from '../problems/problem.js';
import { write } from './answer.js';
import { gatherSources } from './load-capture.js';
import { plainFormats } from './plain-formats.js';
import { Progress } from './progress.js';
/** `--explain-input`: what each input, and each line of a paste, was recognised as. Throws as reading the input does. */
export async function explainInput(requests, output, io) {
    const problems = new ProblemList();
    const progress = new Progress(io);
    const items = [];
    for (const request of requests)
        for (const source of await gatherSources(request, { stdin: () => io.stdin(), problems, progress })) {
            const { kind, family, looksLike } = recognise(source.head);
            const lines = spansOfPaste(source, kind);
            items.push({ file: source.name, bytes: source.size, kind, family, looksLike, lines });
        }
    progress.end();
    const list = {
        apiVersion: 'kp-explain/v1',
        kind: 'InputList',
        items,
        problems: problems.list(),
    };
    const renderers = plainFormats(async (document) => {
        const { renderInputText } = await import('../render/input-text.js');
        return renderInputText(document);
    });
    await write(list, { output }, io, renderers);
}
