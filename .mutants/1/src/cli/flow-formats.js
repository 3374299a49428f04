import { plainFormats } from './plain-formats.js';
import { plainText } from './plain-text.js';
/** @returns the formats of `conntrack`. */
export function flowFormats(detail) {
    const text = async (list, view) => {
        const { renderFlowsText } = await import('../render/flows-text.js');
        return renderFlowsText(list, { ...view, detail });
    };
    return {
        ...plainFormats(text),
        markdown: async (list) => {
            const { renderFlowsMarkdown } = await import('../render/markdown/flows.js');
            return renderFlowsMarkdown(list, await plainText(text, list));
        },
        html: async (list) => {
            const { renderFlowsPage } = await import('../render/html/flows.js');
            return await renderFlowsPage(list, await plainText(text, list));
        },
    };
}
