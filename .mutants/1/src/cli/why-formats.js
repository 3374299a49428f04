import { plainFormats } from './plain-formats.js';
import { plainText } from './plain-text.js';
import { questionWords, stateWords } from './state-words.js';
/**
 * @param items the traces that the answer was made of
 * @returns the formats of `why`
 */
export function whyFormats(request, io, items) {
    const text = async (report, view) => {
        const { renderWhyText } = await import('../render/why-text.js');
        const question = questionWords(request, { senders: true });
        const again = { program: io.programName, state: stateWords(request.sources), question };
        return renderWhyText(report, { ...view, ...again });
    };
    return {
        ...plainFormats(text),
        markdown: async (report) => {
            const { renderWhyMarkdown } = await import('../render/markdown/why.js');
            return renderWhyMarkdown(report, await plainText(text, report));
        },
        html: async (report) => {
            const { renderWhyPage } = await import('../render/html/why.js');
            return await renderWhyPage(report, items(), await plainText(text, report));
        },
    };
}
