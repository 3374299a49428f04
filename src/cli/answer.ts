import type { Problem } from '../problems/problem.ts';
import { ProblemList } from '../problems/problem.ts';
import type { Colours } from '../render/colours.ts';
import { loadColours, wantsColour } from '../render/colours.ts';
import type { Capture } from './capture.ts';
import type { Io } from './io.ts';
import { loadCapture } from './load-capture.ts';
import type { FlowsOf, LoadContext } from './load-context.ts';
import { Progress } from './progress.ts';
import type { CommonRequest, SourceRequest } from './requests.ts';

/** Shows a document as text; `width` null: no terminal, no limit. */
export type TextRenderer<D> = (
  document: D,
  options: { readonly width: number | null; readonly colours: Colours },
) => string | Promise<string>;

/**
 * The way of every command about one state: load it, ask it, write the answer. Text goes to standard output and what the
 * input did not let us understand to standard error; JSON and YAML hold both.
 * @param ask makes the document.
 * @param needs what of the state the answer cannot do without.
 * @param flowsOf which flows of a live node it needs; without it, what the request's needs say.
 * @returns the document, for the exit status.
 */
export async function answer<D extends { readonly problems: readonly Problem[] }>(
  request: CommonRequest,
  io: Io,
  ask: (capture: Capture, progress: Progress) => Promise<D>,
  renderText: TextRenderer<D>,
  needs: LoadContext['needs'] = 'rules',
  flowsOf?: FlowsOf,
): Promise<D> {
  return await answerFrom(
    request,
    io,
    async (load, progress) => await ask(await load(request.sources, needs, flowsOf), progress),
    renderText,
  );
}

/** Loads one state, with problems of its own. */
export type Load = (
  sources: SourceRequest,
  needs?: LoadContext['needs'],
  flowsOf?: FlowsOf,
) => Promise<Capture>;

/** The same for a command that loads its states itself, each with problems of its own. */
export async function answerFrom<D extends { readonly problems: readonly Problem[] }>(
  request: Pick<CommonRequest, 'output'>,
  io: Io,
  ask: (load: Load, progress: Progress) => Promise<D>,
  renderText: TextRenderer<D>,
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
    await write(document, request, io, renderText);
    return document;
  } finally {
    progress.end();
  }
}

/** Writes a document: text to standard output and problems to standard error, or both as JSON or YAML. */
export async function write<D extends { readonly problems: readonly Problem[] }>(
  document: D,
  request: Pick<CommonRequest, 'output'>,
  io: Io,
  renderText: TextRenderer<D>,
): Promise<void> {
  if (request.output === 'json') {
    const { renderJson } = await import('../render/json.ts');
    io.out(renderJson(document));
  } else if (request.output === 'yaml') {
    const { renderYaml } = await import('../render/yaml.ts');
    io.out(await renderYaml(document));
  } else {
    const colours = await loadColours(wantsColour(io.columns !== null, io.env));
    io.out(await renderText(document, { width: io.columns, colours }));
    const { renderProblems } = await import('../render/problems-text.ts');
    io.err(renderProblems(document.problems, colours, io.columns));
  }
}
