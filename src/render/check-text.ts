import type { CheckReport, CheckRun, ExpectationResult, ReportedFinding } from '../check/report.ts';
import type { AcrossCoverage } from '../findings/across/across-nodes.ts';
import { counted, listed } from '../words/numbers.ts';
import { causeLine, renderCause } from './cause-text.ts';
import { renderNodeComparison } from './check-nodes-text.ts';
import { comparedText } from './coverage-text.ts';
import { escapeTerminal } from './escape.ts';
import { agreementSentence, renderDiffering, withoutStuck } from './flows/agreement.ts';
import { fitScreen } from './screen.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** How the report is written. */
export interface CheckTextOptions extends TextOptions {
  /** `full` opens every finding, with more of its proof. */
  readonly detail: 'answer' | 'full';
  /** How the program was called. */
  readonly program: string;
  /** @returns the end of a command that asks of the same capture: quoted, with a space before it. */
  readonly stateOf: (report: CheckReport) => string;
  /** @returns a word as a shell needs it. */
  readonly quote: (word: string) => string;
}

type Told = Pick<CheckRun, 'reports' | 'comparisons' | 'failures'>;

/**
 * @returns each capture: the verdict first, then errors and warnings, one line each, the worst of them opened, then notes, one
 *   line each; behind them which nodes differ from the rest.
 */
export function renderCheckText(run: Told, options: CheckTextOptions): string {
  const told = run.reports.map((report, index) => renderCheckReport(report, index, options));
  return told.join('') + renderCheckEnd(run, options);
}

/** @returns the part of one capture. @param index how many were told before it */
export function renderCheckReport(report: CheckReport, index: number, options: CheckTextOptions): string {
  return `${index === 0 ? '' : '\n'}${renderReport(report, options)}`;
}

/** @returns what stands behind all captures. */
export function renderCheckEnd({ reports, comparisons, failures }: Told, options: CheckTextOptions): string {
  const compared = comparisons.map((comparison) => `\n${renderNodeComparison(comparison, options)}`).join('');
  const count = reports.length;
  const unchecked = failures.filter(({ code }) => code === 'capture-not-checked').length;
  if (count === 0 || count + unchecked < 2) return compared;
  const failed = reports.filter(({ passed }) => !passed).length;
  const { colours } = options;
  const total = counted(count + unchecked, 'capture');
  // Who reads the last line alone must not take what could not be read for checked.
  const besides = unchecked === 0 ? '' : `, ${unchecked} not checked`;
  const paint = failed + unchecked === 0 ? colours.good : colours.bad;
  const passed = unchecked === 0 ? total : `${count} of ${total}`;
  const sum = paint(`${failed === 0 ? `${passed} passed` : `${failed} of ${total} failed`}${besides}`);
  return `${compared}\n${sum}\n`;
}

/** How much is told: lines of proof, and whether what is by design has a line for each code. */
interface Level {
  readonly proof: number;
  readonly notes: boolean;
}

const LEVELS: readonly [Level, ...Level[]] = [
  { proof: 2, notes: true },
  { proof: 1, notes: true },
  { proof: 1, notes: false },
  { proof: 0, notes: false },
];

function renderReport(report: CheckReport, options: CheckTextOptions): string {
  return options.detail === 'full'
    ? renderAt({ proof: SHOWN, notes: true }, report, options)
    : fitScreen(LEVELS, options.width, (level) => renderAt(level, report, options));
}

function renderAt(level: Level, report: CheckReport, options: CheckTextOptions): string {
  const loud = report.findings.filter(({ severity }) => severity !== 'info');
  const quiet = report.findings.filter(({ severity }) => severity === 'info');
  const told = quiet.filter(({ code }) => level.notes || !BY_DESIGN.has(code));
  const isFull = options.detail === 'full';
  const opened = isFull ? loud : loud.slice(0, 1);
  // Who reads a file, or all of it, searches for the whole name.
  const brief = !isFull && options.width !== null;
  const open = (finding: ReportedFinding) =>
    renderCause(finding, { ...options, proof: level.proof, brief, hits: true });
  const note = (finding: ReportedFinding) =>
    isFull || !BY_DESIGN.has(finding.code) ? renderNote(finding, options) : causeLine(finding, options);
  return [
    headingOf(report, options),
    loud.length < 2 || isFull ? '' : `\n${loud.map((finding) => causeLine(finding, options)).join('')}`,
    ...opened.map((finding) => `\n${open(finding)}`),
    quiet.length === 0
      ? ''
      : `\n${level.notes ? '' : byDesignText(quiet, options)}${told.map(note).join('')}`,
    renderExpectations(report.expectations, options),
    renderFoot(report, level, options),
    nextText(report, options),
  ].join('');
}

/** Notes that say nothing but that something is as it was asked for; what could not be checked is told in full. */
const BY_DESIGN: ReadonlySet<string> = new Set(['KP104', 'KP105', 'KP120', 'KP121']);

/** @returns the codes of what is by design, in one line. */
function byDesignText(quiet: readonly ReportedFinding[], { width, colours }: TextOptions): string {
  const codes = [...new Set(quiet.map(({ code }) => code).filter((code) => BY_DESIGN.has(code)))];
  if (codes.length === 0) return '';
  return `${wrap(`${colours.faint('note')} ${codes.join(', ')}: by design`, width, '  ')}\n`;
}

/** Lines of proof shown for one finding; `-o json` has all. */
const SHOWN = 8;

/** Where to read on: the page of the worst finding, its Service, the other findings. */
function nextText(
  report: CheckReport,
  { width, colours, detail, program, stateOf, quote }: CheckTextOptions,
): string {
  const [worst, ...others] = report.findings;
  if (worst === undefined) return '';
  const { service } = worst;
  const name =
    service === null
      ? null
      : `${service.namespace}/${service.name}${service.port === null ? '' : `:${service.port}`}`;
  const more = others.length > 0 && detail !== 'full';
  const said = [
    ...(more ? ['every finding opened: --detail full'] : []),
    `\`${program} explain ${worst.code}\``,
    ...(name === null ? [] : [`\`${program} why ${quote(name)}${stateOf(report)}\``]),
  ];
  return `${wrap(colours.faint(said.join('; ')), width, '  ')}\n`;
}

function headingOf(
  { capture, summary, passed, expectations, coverage, findings }: CheckReport,
  { colours }: TextOptions,
): string {
  const broken = expectations.filter((result) => !result.passed).length;
  const parts = [
    ...(summary.error > 0 ? [counted(summary.error, 'error')] : []),
    ...(summary.warning > 0 ? [counted(summary.warning, 'warning')] : []),
    ...(broken > 0 ? [`${counted(broken, 'expectation')} broken`] : []),
  ];
  // What closes by design is no fault, and yet not nothing.
  const refuses = findings.some(({ code }) => code === 'KP131');
  const found = refuses ? 'no fault found, but packets that are refused or dropped,' : 'nothing wrong found';
  const good =
    coverage.reason === null && coverage.gaps.length === 0
      ? colours.good('ok')
      : `${found} in what could be checked`;
  const verdict = passed ? good : colours.bad(parts.join(', '));
  const node = capture.node === null ? '' : ` on ${escapeTerminal(capture.node)}`;
  return `${colours.strong(escapeTerminal(capture.origin))}${node}: ${verdict}\n`;
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

function renderFoot(
  { coverage, allowed, flows }: CheckReport,
  level: Level,
  options: CheckTextOptions,
): string {
  const { width, colours } = options;
  const agreement = flows === null ? '' : agreementSentence(flows);
  const { reason, named, across } = coverage;
  const instead =
    named === 0 ? '' : `; packets to the ${counted(named, 'Service port')} that the rules name were followed`;
  const compared =
    reason !== null ? `rules not compared with the API: ${reason}${instead}` : comparedText(coverage);
  const lines = [
    ...allowed.map(({ code, objects, reason: why }) => `allowed: ${code} ${objects[0] ?? ''} (${why})`),
    compared,
    ...(across === null ? [] : [acrossText(across)]),
    ...(agreement === '' ? [] : [agreement]),
  ];
  // Findings tell of flows that are stuck.
  const shown = flows === null || options.detail === 'full' ? flows : withoutStuck(flows);
  const differing = shown === null ? '' : renderDiffering(shown, options, level.proof);
  return `\n${lines.map((line) => colours.faint(wrap(escapeTerminal(line), width, '  '))).join('\n')}\n${differing}`;
}

function acrossText({ nodes, notTried, ports, followed }: AcrossCoverage): string {
  const some =
    followed === ports ? counted(ports, 'Service port') : `${followed} of ${counted(ports, 'Service port')}`;
  const rest = notTried.length === 0 ? '' : `; not to ${listed(notTried, 3)}`;
  return nodes.length === 0
    ? `followed to no other node${rest}`
    : `${some} followed to endpoints on ${listed(nodes)}, and back${rest}`;
}

/** @returns lines that are no longer than the width where that is possible, each with its newline. */
function block(text: string, width: number | null, indent: string, first: string = indent): string {
  return `${wrap(first + text, width, indent)}\n`;
}
