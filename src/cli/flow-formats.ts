import type { FlowList } from '../explain/flow-list.ts';
import type { PageFormat, Renderers } from '../render/format.ts';
import type { TextOptions } from '../render/text-options.ts';
import { plainFormats } from './plain-formats.ts';
import { plainText } from './plain-text.ts';

/** @returns the formats of `conntrack`. */
export function flowFormats(): Renderers<FlowList, PageFormat> {
  const text = async (list: FlowList, view: TextOptions): Promise<string> => {
    const { renderFlowsText } = await import('../render/flows-text.ts');
    return renderFlowsText(list, view);
  };
  return {
    ...plainFormats(text),
    markdown: async (list) => {
      const { renderFlowsMarkdown } = await import('../render/markdown/flows.ts');
      return renderFlowsMarkdown(list, await plainText(text, list));
    },
    html: async (list) => {
      const { renderFlowsPage } = await import('../render/html/flows.ts');
      return await renderFlowsPage(list, await plainText(text, list));
    },
  };
}
