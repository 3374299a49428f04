import type { CheckReport, ReportedFinding } from '../check/report.ts';
import type { Severity } from '../findings/finding.ts';
import type { Problem } from '../problems/problem.ts';
import { counted } from '../words/numbers.ts';
import { escapeTerminal } from './escape.ts';

const COMMANDS: Readonly<Record<Severity, 'error' | 'warning' | 'notice'>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
};

/** @returns workflow commands of GitHub Actions: an annotation for each finding and broken expectation, then a line that sums up. */
export function renderCheckGithub(reports: readonly CheckReport[], unchecked: readonly Problem[]): string {
  const lines = reports.flatMap((report) => [
    ...report.findings.map((finding) => annotation(finding, report)),
    ...report.expectations
      .filter(({ passed }) => !passed)
      .map(({ name, message, file, line }) =>
        command('error', { file, line, title: `expectation: ${name}` }, message),
      ),
  ]);
  const errors = unchecked.map(({ message, file }) =>
    command(
      'error',
      { file: null, line: null, title: 'not checked' },
      file === null ? message : `${file}: ${message}`,
    ),
  );
  const failed = reports.filter(({ passed }) => !passed).length;
  // Text that a capture holds must not begin a line: it could be a command.
  const all = counted(reports.length, 'capture');
  const not = unchecked.length === 0 ? '' : `, ${unchecked.length} not checked`;
  const sum = `kp-explain check: ${failed === 0 ? `${all} passed` : `${failed} of ${all} failed`}${not}`;
  return [...lines, ...errors, sum].map((line) => `${line}\n`).join('');
}

function annotation(finding: ReportedFinding, { capture }: CheckReport): string {
  const { severity, code, title, message, hits, advice, command: run, evidence } = finding;
  const place = evidence.find(({ file }) => file !== null);
  const body = [
    message,
    `hits: ${hits}`,
    ...evidence.slice(0, 3).map(({ text }) => `proof: ${text}`),
    `do: ${advice}`,
    ...(run === null ? [] : [run]),
    `capture: ${capture.origin}`,
  ].join('\n');
  return command(
    COMMANDS[severity],
    { file: place?.file ?? null, line: place?.line ?? null, title: `${code} ${title}` },
    body,
  );
}

function command(
  name: string,
  {
    file,
    line,
    title,
  }: { readonly file: string | null; readonly line: number | null; readonly title: string },
  message: string,
): string {
  const properties = [
    ...(file === null ? [] : [`file=${property(file)}`]),
    ...(file === null || line === null ? [] : [`line=${line}`]),
    `title=${property(title)}`,
  ].join(',');
  return `::${name} ${properties}::${data(message)}`;
}

/** As @actions/core escapes the message of a command; newlines stay newlines of the annotation. */
function data(text: string): string {
  return text
    .split('\n')
    .map(escapeTerminal)
    .join('\n')
    .replace(/%/g, '%25')
    .replace(/\r/g, '%0D')
    .replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
