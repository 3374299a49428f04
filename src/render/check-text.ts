import type { CheckReport, ExpectationResult, NodeComparison, ReportedFinding } from '../check/report.ts';
import type { Evidence, Severity } from '../findings/finding.ts';
import { renderNodeComparison } from './check-nodes-text.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/**
 * @returns each capture: the verdict first, then errors and warnings with their proof, then notes, one line each; behind them
 *   which nodes differ from the rest.
 */
export function renderCheckText(
  reports: readonly CheckReport[],
  comparisons: readonly NodeComparison[],
  options: TextOptions,
): string {
  const blocks = [
    ...reports.map((report) => renderReport(report, options)),
    ...comparisons.map((comparison) => renderNodeComparison(comparison, options)),
  ];
  if (reports.length < 2) return blocks.join('\n');
  const failed = reports.filter(({ passed }) => !passed).length;
  const { colours } = options;
  const sum =
    failed === 0
      ? colours.good(`${reports.length} captures passed`)
      : colours.bad(`${failed} of ${reports.length} captures failed`);
  return `${blocks.join('\n')}\n${sum}\n`;
}

function renderReport(report: CheckReport, options: TextOptions): string {
  const loud = report.findings.filter(({ severity }) => severity !== 'info');
  const quiet = report.findings.filter(({ severity }) => severity === 'info');
  return [
    headingOf(report, options),
    ...loud.map((finding) => `\n${renderFinding(finding, options)}`),
    quiet.length === 0 ? '' : `\n${quiet.map((finding) => renderNote(finding, options)).join('')}`,
    renderExpectations(report.expectations, options),
    renderFoot(report, options),
  ].join('');
}

function headingOf(
  { capture, summary, passed, expectations, coverage }: CheckReport,
  { colours }: TextOptions,
): string {
  const broken = expectations.filter((result) => !result.passed).length;
  const parts = [
    ...(summary.error > 0 ? [counted(summary.error, 'error')] : []),
    ...(summary.warning > 0 ? [counted(summary.warning, 'warning')] : []),
    ...(broken > 0 ? [`${counted(broken, 'expectation')} broken`] : []),
  ];
  const good = coverage.reason === null ? colours.good('ok') : 'nothing wrong found in what could be checked';
  const verdict = passed ? good : colours.bad(parts.join(', '));
  const node = capture.node === null ? '' : ` on ${escapeTerminal(capture.node)}`;
  return `${colours.strong(escapeTerminal(capture.origin))}${node}: ${verdict}\n`;
}

const SEVERITIES: Readonly<Record<Severity, string>> = { error: 'ERROR', warning: 'WARNING', info: 'note' };

function renderFinding(finding: ReportedFinding, { width, colours }: TextOptions): string {
  const { severity, code, title, message, hits, evidence, advice, command, certainty } = finding;
  const paint = severity === 'error' ? colours.bad : colours.warning;
  const sure = certainty === 'certain' ? '' : colours.faint(`  (${certainty}: ${CERTAINTIES[certainty]})`);
  const field = (name: string, text: string) =>
    block(escapeTerminal(text), width, '          ', `  ${name.padEnd(8)}`);
  return [
    `${paint(SEVERITIES[severity])} ${colours.strong(code)} ${escapeTerminal(title)}${sure}\n`,
    block(escapeTerminal(message), width, '  '),
    field('hits', hits),
    ...evidence.slice(0, SHOWN).map((one, index) => evidenceLine(one, index === 0 ? 'proof' : '', colours)),
    evidence.length > SHOWN ? `          … and ${evidence.length - SHOWN} more (-o json)\n` : '',
    field('do', advice),
    command === null ? '' : `          ${colours.name(escapeTerminal(command))}\n`,
  ].join('');
}

/** Lines of proof shown for one finding; `-o json` has all. */
const SHOWN = 8;

const CERTAINTIES = {
  probable: 'other causes would look the same',
  possible: 'the capture cannot prove it',
} as const;

/** Quoted lines are not broken: they are to be searched for. */
function evidenceLine({ file, line, text }: Evidence, name: string, colours: Colours): string {
  const place =
    file === null ? '' : colours.faint(`${escapeTerminal(file)}${line === null ? '' : `:${line}`}  `);
  return `  ${name.padEnd(8)}${place}${escapeTerminal(text)}\n`;
}

function renderNote({ code, message }: ReportedFinding, { width, colours }: TextOptions): string {
  const head = `${colours.faint('note')} ${code} `;
  const plain = `note ${code} `;
  return block(escapeTerminal(message), width, ' '.repeat(plain.length), plain).replace(plain, head);
}

function renderExpectations(results: readonly ExpectationResult[], { width, colours }: TextOptions): string {
  if (results.length === 0) return '';
  const held = results.filter(({ passed, message }) => passed && message === '').length;
  const told = results.filter(({ passed, message }) => !passed || message !== '');
  const lines = told.map(({ name, passed, message, file, line }) => {
    const place = file === null ? '' : `  (${escapeTerminal(file)}${line === null ? '' : `:${line}`})`;
    const head = passed ? colours.faint('note') : colours.bad('BROKEN');
    return `${head} ${escapeTerminal(name)}${colours.faint(place)}\n${block(escapeTerminal(message), width, '  ')}`;
  });
  return `\n${lines.join('')}${held === 0 ? '' : `${counted(held, 'expectation')} ${held === 1 ? 'holds' : 'hold'}\n`}`;
}

function renderFoot({ coverage, allowed }: CheckReport, { width, colours }: TextOptions): string {
  const { ports, followed, reason } = coverage;
  const compared =
    reason !== null
      ? `rules not compared with the API: ${reason}`
      : followed === ports
        ? `${counted(followed, 'Service port')} compared with the API, packet by packet`
        : `${followed} of ${ports} Service ports compared packet by packet (every one whose rules look different, and a sample of the others), the rest by their chains`;
  const lines = [
    ...allowed.map(({ code, objects, reason: why }) => `allowed: ${code} ${objects[0] ?? ''} (${why})`),
    compared,
  ];
  return `\n${lines.map((line) => colours.faint(wrap(escapeTerminal(line), width, '  '))).join('\n')}\n`;
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** @returns lines that are no longer than the width where that is possible, each with its newline. */
function block(text: string, width: number | null, indent: string, first: string = indent): string {
  return `${wrap(first + text, width, indent)}\n`;
}
