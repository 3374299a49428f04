import { quoteCommand } from '../command/quote.ts';
import type { Diff, DiffList } from '../diff/document.ts';
import type { PageFormat, Renderers } from '../render/format.ts';
import type { TextOptions } from '../render/text-options.ts';
import { plainFormats } from './plain-formats.ts';
import { plainText } from './plain-text.ts';
import type { DiffRequest } from './requests.ts';

/** @returns the formats of `diff`. */
export function diffFormats(
  { detail }: Pick<DiffRequest, 'detail'>,
  program: string,
): Renderers<Diff, PageFormat> {
  const text = diffText(detail, program);
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

/** @returns the formats of `diff` of several nodes; there is no page of them. */
export function diffListFormats(
  { detail }: Pick<DiffRequest, 'detail'>,
  program: string,
): Renderers<DiffList, PageFormat> {
  const one = diffText(detail, program);
  const text = async (list: DiffList, view: TextOptions): Promise<string> => {
    const { renderDiffList } = await import('../render/diff-list-text.ts');
    const texts = await Promise.all(list.items.map(async (diff) => await one(diff, view)));
    return renderDiffList(list, texts, view);
  };
  const markdown = async (list: DiffList): Promise<string> => {
    const { renderDiffListMarkdown } = await import('../render/markdown/diff.ts');
    const texts = await Promise.all(list.items.map(async (diff) => await plainText(one, diff)));
    return renderDiffListMarkdown(list, texts);
  };
  return { ...plainFormats(text), markdown, html: markdown };
}

function diffText(detail: DiffRequest['detail'], program: string) {
  return async (diff: Diff, view: TextOptions): Promise<string> => {
    const { renderDiffText } = await import('../render/diff-text.ts');
    const checkCommand = `${program} check ${quoteCommand([diff.before.origin, diff.capture.origin])}`;
    return renderDiffText(diff, { ...view, detail, checkCommand });
  };
}
