import { NO_COLOURS } from '../render/colours.js';
/** @returns a document's text as no terminal would show it: without colours, in lines as long as they come. */
export async function plainText(text, document) {
    return await text(document, { width: null, colours: NO_COLOURS });
}
