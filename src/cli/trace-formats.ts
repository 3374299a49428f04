import type { TraceList } from '../explain/trace-list.ts';
import type { CheckInput } from '../findings/check-input.ts';
import type { Format, Renderers, TraceFormat } from '../render/format.ts';
import type { TextOptions } from '../render/text-options.ts';
import type { Io } from './io.ts';
import { plainFormats } from './plain-formats.ts';
import { plainText } from './plain-text.ts';
import type { SourceRequest, TraceRequest } from './requests.ts';
import { questionWords, stateWords } from './state-words.ts';

/** These tell the cause, too: the answer is for people. */
const TELLING: ReadonlySet<Format> = new Set<Format>(['text', 'markdown', 'html']);

/** @returns true where the answer holds the cause and what to do: then it needs all that `check` reads. */
export function tellsCause({ screen, output }: TraceRequest): boolean {
  return screen && TELLING.has(output);
}

/**
 * @param input of the diagnosis; null where none is told
 * @param told how the question was read; stands before the text
 * @param state what printed commands are to ask again
 * @returns the formats of `trace`
 */
export function traceFormats(
  request: TraceRequest,
  io: Io,
  input: () => CheckInput | null,
  told = '',
  state: () => SourceRequest = () => request.sources,
): Renderers<TraceList, TraceFormat> {
  const text = async (list: TraceList, view: TextOptions): Promise<string> => {
    const { renderTraceScreen, renderTraceText } = await import('../render/trace-text.ts');
    const known = input();
    if (known === null) return told + renderTraceText(list, { ...view, detail: request.detail });
    const { diagnoseTrace } = await import('../diagnose/trace-diagnosis.ts');
    const question = questionWords(request, { senders: false });
    const again = { program: io.programName, state: stateWords(state()), question };
    return told + renderTraceScreen(list, diagnoseTrace(list.items, known), { ...view, ...again });
  };
  const plain = plainFormats(text);
  return {
    text,
    json: async (list, view) => await plain.json(await openly(list), view),
    yaml: async (list, view) => await plain.yaml(await openly(list), view),
    markdown: async (list) => {
      const { renderTraceMarkdown } = await import('../render/markdown/trace.ts');
      return renderTraceMarkdown(list, await plainText(text, list));
    },
    mermaid: async (list) => {
      const { renderTraceMermaid } = await import('../render/mermaid/trace.ts');
      return renderTraceMermaid(list);
    },
    dot: async (list) => {
      const { renderTraceDot } = await import('../render/dot/trace.ts');
      return renderTraceDot(list);
    },
    html: async (list) => {
      const { renderTracePage } = await import('../render/html/trace.ts');
      return await renderTracePage(list, await plainText(text, list));
    },
  };
}

/** Programs read a verdict alone, without what the text says beside it. */
async function openly(list: TraceList): Promise<TraceList> {
  const { withOpenVerdicts } = await import('../explain/trace/open-verdict.ts');
  return withOpenVerdicts(list);
}
