import type { CheckReport, CheckReportList, CheckRun } from '../check/report.ts';
import type { CheckTextOptions } from '../render/check-text.ts';
import type { CheckFormat, Renderers } from '../render/format.ts';
import type { TextOptions } from '../render/text-options.ts';
import { placeOfFile } from './file-places.ts';
import type { Io } from './io.ts';
import { plainFormats } from './plain-formats.ts';
import { plainText } from './plain-text.ts';
import { readVersion } from './version.ts';

/**
 * @param detail of the text. @param stateOf the end of a command that asks of the same capture.
 * @returns the formats of `check`.
 */
export function checkFormats(
  detail: 'answer' | 'full',
  stateOf: (report: CheckReport) => string,
  io: Io,
): Renderers<CheckRun, CheckFormat> {
  const text = async (run: CheckRun, view: TextOptions): Promise<string> => {
    const { renderCheckText } = await import('../render/check-text.ts');
    return renderCheckText(run, await checkTextOptions(detail, stateOf, io, view));
  };
  const { json, yaml } = plainFormats<CheckReport | CheckReportList>(() => '');
  return {
    text,
    json: (run, view) => json(documentOf(run), view),
    yaml: (run, view) => yaml(documentOf(run), view),
    junit: async (run) => {
      const { renderCheckJunit } = await import('../render/junit/check.ts');
      return renderCheckJunit(run);
    },
    sarif: async (run) => {
      const { renderCheckSarif } = await import('../render/sarif/check.ts');
      const { readFindingPage } = await import('./finding-page.ts');
      return renderCheckSarif(run, {
        version: readVersion(),
        placeOf: placeOfFile,
        pageOf: readFindingPage,
      });
    },
    github: async (run) => {
      const { renderCheckGithub } = await import('../render/github/check.ts');
      return renderCheckGithub(run, placeOfFile);
    },
    markdown: async (run) => {
      const { renderCheckMarkdown } = await import('../render/markdown/check.ts');
      return renderCheckMarkdown(run);
    },
    html: async (run) => {
      const { renderCheckPage } = await import('../render/html/check.ts');
      return await renderCheckPage(run, await plainText(text, run));
    },
  };
}

/** @returns how the text is written. */
export async function checkTextOptions(
  detail: 'answer' | 'full',
  stateOf: (report: CheckReport) => string,
  { programName }: Pick<Io, 'programName'>,
  view: TextOptions,
): Promise<CheckTextOptions> {
  const { quoteWord } = await import('../command/quote.ts');
  return { ...view, detail, program: programName, stateOf, quote: quoteWord };
}

function documentOf({ reports, failures, isList, comparisons }: CheckRun): CheckReport | CheckReportList {
  const [only] = reports;
  if (!isList && only !== undefined) return only;
  return {
    apiVersion: 'kp-explain/v1',
    kind: 'CheckReportList',
    passed: failures.length === 0 && reports.every(({ passed }) => passed),
    items: reports,
    comparisons,
    problems: failures,
  };
}
