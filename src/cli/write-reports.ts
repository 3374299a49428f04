import type { CheckReport, CheckReportList, NodeComparison } from '../check/report.ts';
import type { Problem } from '../problems/problem.ts';
import { loadColours, wantsColour } from '../render/colours.ts';
import type { CheckOutput } from './check-request.ts';
import type { Io } from './io.ts';

/** How reports are written. */
export interface ReportWriting {
  /** Captures that could not be checked. */
  readonly failures: readonly Problem[];
  /** True where the answer is a list, even of one. */
  readonly isList: boolean;
  readonly comparisons: readonly NodeComparison[];
  readonly output: CheckOutput;
  readonly detail: 'answer' | 'full';
  /** @returns the end of a command that asks of the same capture. */
  readonly stateOf: (report: CheckReport) => string;
}

/** Writes the reports to standard output; with text formats, what was not understood goes to standard error. */
export async function writeReports(
  reports: readonly CheckReport[],
  writing: ReportWriting,
  io: Io,
): Promise<void> {
  const { output, failures } = writing;
  const unchecked = failures.filter(({ code }) => code === 'capture-not-checked');
  switch (output) {
    case 'json': {
      const { renderJson } = await import('../render/json.ts');
      return io.out(renderJson(documentOf(reports, writing)));
    }
    case 'yaml': {
      const { renderYaml } = await import('../render/yaml.ts');
      return io.out(await renderYaml(documentOf(reports, writing)));
    }
    case 'junit': {
      const { renderCheckJunit } = await import('../render/check-junit.ts');
      io.out(renderCheckJunit(reports, unchecked));
      break;
    }
    case 'sarif': {
      const { renderCheckSarif } = await import('../render/check-sarif.ts');
      const { readVersion } = await import('./version.ts');
      io.out(renderCheckSarif(reports, unchecked, { version: readVersion() }));
      break;
    }
    case 'github': {
      const { renderCheckGithub } = await import('../render/check-github.ts');
      io.out(renderCheckGithub(reports, unchecked));
      break;
    }
    case 'text': {
      const { renderCheckText } = await import('../render/check-text.ts');
      const colours = await loadColours(wantsColour(io.columns !== null, io.env));
      const { quoteWord } = await import('../command/quote.ts');
      const { comparisons, detail, stateOf } = writing;
      const again = { program: io.programName, stateOf, quote: quoteWord };
      io.out(renderCheckText(reports, comparisons, { width: io.columns, colours, detail, ...again }));
    }
  }
  const { renderProblems } = await import('../render/problems-text.ts');
  const colours = await loadColours(wantsColour(io.columns !== null, io.env));
  const problems = [...reports.flatMap((report) => report.problems), ...failures];
  io.err(renderProblems(problems, colours));
}

function documentOf(
  reports: readonly CheckReport[],
  { failures, isList, comparisons }: ReportWriting,
): CheckReport | CheckReportList {
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
