import { ProblemList } from '../problems/problem.ts';
import type { ToldProblem } from '../problems/told-problem.ts';
import { type Colours, loadColours, NO_COLOURS, wantsColour } from '../render/colours.ts';
import { type Format, HOLDS_PROBLEMS, type Renderers } from '../render/format.ts';
import type { Capture } from './capture.ts';
import type { Io } from './io.ts';
import { loadCapture } from './load-capture.ts';
import type { FlowsOf, LoadContext } from './load-context.ts';
import { Progress } from './progress.ts';
import type { CommonRequest, SourceRequest } from './requests.ts';

/**
 * The way of every command about one state: load it, ask it, write the answer. It goes to standard output and what the
 * input did not let us understand to standard error; JSON and YAML hold both.
 * @param ask makes the document.
 * @param renderers of the document, one for each format it has.
 * @param needs what of the state the answer cannot do without.
 * @param flowsOf which flows of a live node it needs; without it, what the request's needs say.
 * @returns the document, for the exit status.
 */
export async function answer<D extends { readonly problems: readonly ToldProblem[] }, F extends Format>(
  request: CommonRequest<F>,
  io: Io,
  ask: (capture: Capture, progress: Progress) => Promise<D>,
  renderers: Renderers<D, F>,
  needs: LoadContext['needs'] = 'rules',
  flowsOf?: FlowsOf,
): Promise<D> {
  return await answerFrom(
    request,
    io,
    async (load, progress) => await ask(await load(request.sources, needs, flowsOf), progress),
    renderers,
  );
}

/** Loads one state, with problems of its own. */
export type Load = (
  sources: SourceRequest,
  needs?: LoadContext['needs'],
  flowsOf?: FlowsOf,
) => Promise<Capture>;

/** The same for a command that loads its states itself, each with problems of its own. */
export async function answerFrom<D extends { readonly problems: readonly ToldProblem[] }, F extends Format>(
  request: Pick<CommonRequest<F>, 'output'>,
  io: Io,
  ask: (load: Load, progress: Progress) => Promise<D>,
  renderers: Renderers<D, F>,
): Promise<D> {
  const progress = new Progress(io);
  const load: Load = async (sources, needs = 'rules', flowsOf) =>
    await loadCapture(sources, {
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
  } finally {
    progress.end();
  }
}

/** @param usual see `renderProblems`. Writes a document to standard output, and its problems as `writeProblems` does. */
export async function write<D extends { readonly problems: readonly ToldProblem[] }, F extends Format>(
  document: D,
  { output }: Pick<CommonRequest<F>, 'output'>,
  io: Io,
  renderers: Renderers<D, F>,
  usual = false,
): Promise<void> {
  io.out(await renderers[output](document, { width: io.columns, colours: await coloursFor(output, io) }));
  await writeProblems(document.problems, { output }, io, usual);
}

/** @param usual see `renderProblems`. Writes problems to standard error, where the format does not hold them. */
export async function writeProblems(
  problems: readonly ToldProblem[],
  { output }: { readonly output: Format },
  io: Io,
  usual = false,
): Promise<void> {
  if (HOLDS_PROBLEMS.has(output)) return;
  const { renderProblems } = await import('../render/problems-text.ts');
  io.err(renderProblems(problems, await coloursFor(output, io), io.columns, usual));
}

async function coloursFor(output: Format, io: Io): Promise<Colours> {
  return HOLDS_PROBLEMS.has(output)
    ? NO_COLOURS
    : await loadColours(wantsColour(io.columns !== null, io.env));
}
