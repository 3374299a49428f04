import type { CheckReport, CheckRun } from '../../check/report.ts';
import { counted, listed } from '../../words/numbers.ts';
import { findingsChart } from '../mermaid/check.ts';
import { codeBlock, codeSpan, escapeMarkdown } from './escape.ts';
import { captureText, causeText, folded, markdownTable, problemsText } from './parts.ts';

/** Findings told in full for each capture, the worst first; the table names all. */
const TOLD = 20;

/** @returns a report for a job summary, an issue or a postmortem: who passed, a diagram, then each finding. */
export function renderCheckMarkdown({ reports, comparisons, failures }: CheckRun): string {
  const failed = reports.filter(({ passed }) => !passed).length;
  const unchecked = failures.filter(({ code }) => code === 'capture-not-checked');
  const all = counted(reports.length + unchecked.length, 'capture');
  const not = unchecked.length === 0 ? '' : `, ${unchecked.length} not checked`;
  const chart = findingsChart(reports);
  return [
    `# kp-explain check: ${failed + unchecked.length === 0 ? `${all} passed` : `${failed} of ${all} failed`}${not}\n`,
    markdownTable(
      ['capture', 'node', 'result', 'errors', 'warnings', 'notes', 'expectations broken'],
      [
        ...reports.map(summaryRow),
        ...unchecked.map(({ file, message }) => [
          codeSpan(file ?? ''),
          '',
          `not checked: ${escapeMarkdown(message)}`,
          '',
          '',
          '',
          '',
        ]),
      ],
    ),
    ...(chart === null ? [] : [codeBlock(chart, 'mermaid')]),
    ...comparisons.map(({ nodes, differences }) =>
      [
        `## ${counted(nodes.length, 'node')} beside each other\n`,
        differences.length === 0
          ? 'They agree.\n'
          : markdownTable(
              ['who differs', 'what', 'the rest'],
              differences.map(({ nodes: odd, message, rest }) => [
                odd.map(codeSpan).join(' '),
                escapeMarkdown(message),
                escapeMarkdown(rest.length === 0 ? 'no majority agrees' : listed(rest)),
              ]),
            ),
      ].join('\n'),
    ),
    ...withinSummary(reports),
    problemsText([...reports.flatMap(({ problems }) => problems), ...failures]),
  ].join('\n');
}

/** A job summary of GitHub is refused whole above a mebibyte. */
const ROOM = 700_000;

function withinSummary(reports: readonly CheckReport[]): string[] {
  const texts: string[] = [];
  let room = ROOM;
  for (const [index, report] of reports.entries()) {
    const text = reportText(report);
    room -= new TextEncoder().encode(text).length;
    if (room < 0)
      return [
        ...texts,
        `and ${counted(reports.length - index, 'more capture')}, told by the other formats\n`,
      ];
    texts.push(text);
  }
  return texts;
}

function summaryRow({ capture, passed, summary, expectations }: CheckReport): string[] {
  return [
    codeSpan(capture.origin),
    capture.node === null ? '' : codeSpan(capture.node),
    passed ? 'passed' : '**failed**',
    ...[summary.error, summary.warning, summary.info].map(String),
    String(expectations.filter((one) => !one.passed).length),
  ];
}

function reportText({ capture, findings, expectations, coverage }: CheckReport): string {
  const loud = findings.filter(({ severity }) => severity !== 'info');
  const notes = findings.filter(({ severity }) => severity === 'info');
  const broken = expectations.filter(({ passed }) => !passed);
  return [
    `## ${codeSpan(capture.node ?? capture.origin)}\n`,
    captureText(capture),
    ...coverage.gaps.map(
      ({ ports, reason }) =>
        `${counted(ports, 'Service port')} not compared with the API: ${escapeMarkdown(reason)}\n`,
    ),
    ...(coverage.reason === null
      ? []
      : [`Rules were not compared with the API: ${escapeMarkdown(coverage.reason)}\n`]),
    ...loud.slice(0, TOLD).map(causeText),
    ...(loud.length > TOLD ? [`and ${loud.length - TOLD} more findings\n`] : []),
    ...broken.map(
      ({ name, message }) => `- expectation broken: ${escapeMarkdown(name)}: ${escapeMarkdown(message)}`,
    ),
    ...(notes.length === 0
      ? []
      : [
          folded(
            counted(notes.length, 'note'),
            notes.map(({ code, message }) => `- ${code} ${escapeMarkdown(message)}\n`).join(''),
          ),
        ]),
  ].join('\n');
}
