import { quoteCommand } from '../command/quote.js';
import { plainFormats } from './plain-formats.js';
import { plainText } from './plain-text.js';
/** @returns the formats of `diff`. */
export function diffFormats({ detail }, program) {
    const text = async (diff, view) => {
        const { renderDiffText } = await import('../render/diff-text.js');
        const checkCommand = `${program} check ${quoteCommand([diff.before.origin, diff.capture.origin])}`;
        return renderDiffText(diff, { ...view, detail, checkCommand });
    };
    return {
        ...plainFormats(text),
        markdown: async (diff) => {
            const { renderDiffMarkdown } = await import('../render/markdown/diff.js');
            return renderDiffMarkdown(diff, await plainText(text, diff));
        },
        html: async (diff) => {
            const { renderDiffPage } = await import('../render/html/diff.js');
            return await renderDiffPage(diff, await plainText(text, diff));
        },
    };
}
