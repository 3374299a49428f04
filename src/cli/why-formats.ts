import type { WhyReport } from '../diagnose/why-report.ts';
import type { TraceItem } from '../explain/trace-list.ts';
import type { PageFormat, Renderers } from '../render/format.ts';
import type { TextOptions } from '../render/text-options.ts';
import type { Io } from './io.ts';
import { plainFormats } from './plain-formats.ts';
import { plainText } from './plain-text.ts';
import type { WhyRequest } from './requests.ts';
import { questionWords, stateWords } from './state-words.ts';

/**
 * @param items the traces that the answer was made of
 * @param told how the question was read; stands before the text
 * @returns the formats of `why`
 */
export function whyFormats(
  request: WhyRequest,
  io: Io,
  items: () => readonly TraceItem[],
  told: string,
): Renderers<WhyReport, PageFormat> {
  const text = async (report: WhyReport, view: TextOptions): Promise<string> => {
    const { renderWhyText } = await import('../render/why-text.ts');
    const question = questionWords(request, { senders: true });
    const again = { program: io.programName, state: stateWords(request.sources), question };
    return told + renderWhyText(report, { ...view, ...again });
  };
  return {
    ...plainFormats(text),
    markdown: async (report) => {
      const { renderWhyMarkdown } = await import('../render/markdown/why.ts');
      return renderWhyMarkdown(report, await plainText(text, report));
    },
    html: async (report) => {
      const { renderWhyPage } = await import('../render/html/why.ts');
      return await renderWhyPage(report, items(), await plainText(text, report));
    },
  };
}
