import { plainFormats } from './plain-formats.js';
import { plainText } from './plain-text.js';
import { questionWords, stateWords } from './state-words.js';
/** These tell the cause, too: the answer is for people. */
const TELLING = new Set(['text', 'markdown', 'html']);
/** @returns true where the answer holds the cause and what to do: then it needs all that `check` reads. */
export function tellsCause({ screen, output }) {
    return screen && TELLING.has(output);
}
/**
 * @param input of the diagnosis; null where none is told
 * @param told how the question was read; stands before the text
 * @param state what printed commands are to ask again
 * @returns the formats of `trace`
 */
export function traceFormats(request, io, input, told = '', state = () => request.sources) {
    const text = async (list, view) => {
        const { renderTraceScreen, renderTraceText } = await import('../render/trace-text.js');
        const known = input();
        if (known === null)
            return told + renderTraceText(list, { ...view, detail: request.detail });
        const { diagnoseTrace } = await import('../diagnose/trace-diagnosis.js');
        const question = questionWords(request, { senders: false });
        const again = { program: io.programName, state: stateWords(state()), question };
        return told + renderTraceScreen(list, diagnoseTrace(list.items, known), { ...view, ...again });
    };
    return {
        ...plainFormats(text),
        markdown: async (list) => {
            const { renderTraceMarkdown } = await import('../render/markdown/trace.js');
            return renderTraceMarkdown(list, await plainText(text, list));
        },
        mermaid: async (list) => {
            const { renderTraceMermaid } = await import('../render/mermaid/trace.js');
            return renderTraceMermaid(list);
        },
        dot: async (list) => {
            const { renderTraceDot } = await import('../render/dot/trace.js');
            return renderTraceDot(list);
        },
        html: async (list) => {
            const { renderTracePage } = await import('../render/html/trace.js');
            return await renderTracePage(list, await plainText(text, list));
        },
    };
}
