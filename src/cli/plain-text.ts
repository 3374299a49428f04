import { NO_COLOURS } from '../render/colours.ts';
import type { Renderer } from '../render/format.ts';

/** @returns a document's text as no terminal would show it: without colours, in lines as long as they come. */
export async function plainText<D>(text: Renderer<D>, document: D): Promise<string> {
  return await text(document, { width: null, colours: NO_COLOURS });
}
