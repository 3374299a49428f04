import { closeSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { CheckReport, CheckRun } from '../check/report.ts';
import { loadColours, NO_COLOURS, wantsColour } from '../render/colours.ts';
import { writeProblems } from './answer.ts';
import { checkFormats, checkTextOptions } from './check-formats.ts';
import type { CheckRequest } from './check-request.ts';
import type { Io } from './io.ts';
import { OutputError } from './output-error.ts';

/** Writes the text of reports as they come, and with it the beginning of what `writeReports` would write of all. */
export interface ReportStream {
  add(report: CheckReport): void;
  /** @returns what is left to be written. */
  endOf(run: CheckRun): string;
}

/** @returns null where the answer can only be written when all of it is there: in other formats, and beside files, which come first. */
export async function streamReports(
  { output, files, detail }: Pick<CheckRequest, 'output' | 'files' | 'detail'>,
  stateOf: (report: CheckReport) => string,
  io: Io,
): Promise<ReportStream | null> {
  if (output !== 'text' || files.length > 0) return null;
  const { renderCheckEnd, renderCheckReport } = await import('../render/check-text.ts');
  const colours = await loadColours(wantsColour(io.columns !== null, io.env));
  const options = await checkTextOptions(detail, stateOf, io, { width: io.columns, colours });
  let count = 0;
  return {
    add: (report) => io.out(renderCheckReport(report, count++, options)),
    endOf: (run) => renderCheckEnd(run, options),
  };
}

/**
 * Writes the files that were asked for, and one format to standard output; with all but JSON and YAML, what was not understood
 * goes to standard error. Throws OutputError where a file cannot be written.
 * @param stateOf the end of a command that asks of the same capture. @param told to which the reports were written before
 */
export async function writeReports(
  run: CheckRun,
  { output, files, detail }: Pick<CheckRequest, 'output' | 'files' | 'detail'>,
  stateOf: (report: CheckReport) => string,
  io: Io,
  told: ReportStream | null = null,
): Promise<void> {
  const formats = checkFormats(detail, stateOf, io);
  // All are made before the first is written.
  const texts: [path: string, text: string][] = [];
  for (const { format, path } of files) {
    texts.push([path, await formats[format](run, { width: null, colours: NO_COLOURS })]);
  }
  const colours = await loadColours(wantsColour(io.columns !== null, io.env));
  const answer = told?.endOf(run) ?? (await formats[output](run, { width: io.columns, colours }));
  for (const [path, text] of texts) writeWhole(path, text);
  io.out(answer);
  const problems = [...run.reports.flatMap((report) => report.problems), ...run.failures];
  await writeProblems(problems, { output }, io);
}

/** Whoever reads the file while it is written sees the old one, or all of the new one. A device or a pipe is written to. */
function writeWhole(path: string, text: string): void {
  const half = `${path}.${process.pid}.tmp`;
  let file: number | null = null;
  try {
    const old = statSync(path, { throwIfNoEntry: false });
    if (old?.isFile() === false) {
      writeFileSync(path, text);
      return;
    }
    // Who may read the old file may read the new one, and nobody else. A link that others put there is not followed.
    file = openSync(half, 'wx', old === undefined ? 0o666 : old.mode & 0o777);
    writeFileSync(file, text);
    renameSync(half, path);
  } catch (error) {
    if (file !== null) rmSync(half, { force: true });
    throw new OutputError(path, error);
  } finally {
    if (file !== null) closeSync(file);
  }
}
