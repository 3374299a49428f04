import type { Diff } from '../diff/document.ts';
import type { PageFormat, Renderers } from '../render/format.ts';
import type { TextOptions } from '../render/text-options.ts';
import { plainFormats } from './plain-formats.ts';
import { plainText } from './plain-text.ts';
import type { DiffRequest } from './requests.ts';

/** @returns the formats of `diff`. */
export function diffFormats({ detail }: Pick<DiffRequest, 'detail'>): Renderers<Diff, PageFormat> {
  const text = async (diff: Diff, view: TextOptions): Promise<string> => {
    const { renderDiffText } = await import('../render/diff-text.ts');
    return renderDiffText(diff, { ...view, detail });
  };
  return {
    ...plainFormats(text),
    markdown: async (diff) => {
      const { renderDiffMarkdown } = await import('../render/markdown/diff.ts');
      return renderDiffMarkdown(diff, await plainText(text, diff));
    },
    html: async (diff) => {
      const { renderDiffPage } = await import('../render/html/diff.ts');
      return await renderDiffPage(diff, await plainText(text, diff));
    },
  };
}
