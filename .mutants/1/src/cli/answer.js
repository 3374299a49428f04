import { ProblemList } from '../problems/problem.js';
import { loadColours, NO_COLOURS, wantsColour } from '../render/colours.js';
import { HOLDS_PROBLEMS } from '../render/format.js';
import { loadCapture } from './load-capture.js';
import { Progress } from './progress.js';
/**
 * The way of every command about one state: load it, ask it, write the answer. It goes to standard output and what the
 * input did not let us understand to standard error; JSON and YAML hold both.
 * @param ask makes the document.
 * @param renderers of the document, one for each format it has.
 * @param needs what of the state the answer cannot do without.
 * @param flowsOf which flows of a live node it needs; without it, what the request's needs say.
 * @returns the document, for the exit status.
 */
export async function answer(request, io, ask, renderers, needs = 'rules', flowsOf) {
    return await answerFrom(request, io, async (load, progress) => await ask(await load(request.sources, needs, flowsOf), progress), renderers);
}
/** The same for a command that loads its states itself, each with problems of its own. */
export async function answerFrom(request, io, ask, renderers) {
    const progress = new Progress(io);
    const load = async (sources, needs = 'rules', flowsOf) => await loadCapture(sources, {
        stdin: () => io.stdin(),
        problems: new ProblemList(),
        progress,
        needs,
        ...(flowsOf === undefined ? {} : { flowsOf }),
    });
    try {
        const document = await ask(load, progress);
        progress.end();
        await write(document, request, io, renderers);
        return document;
    }
    finally {
        progress.end();
    }
}
/** Writes a document to standard output, and its problems to standard error where the format does not hold them. */
export async function write(document, { output }, io, renderers) {
    const isWhole = HOLDS_PROBLEMS.has(output);
    const colours = isWhole ? NO_COLOURS : await loadColours(wantsColour(io.columns !== null, io.env));
    io.out(await renderers[output](document, { width: io.columns, colours }));
    if (isWhole)
        return;
    const { renderProblems } = await import('../render/problems-text.js');
    io.err(renderProblems(document.problems, colours, io.columns));
}
