import type { CheckReport, ReportedFinding } from '../check/report.ts';
import type { Problem } from '../problems/problem.ts';
import { escapeLines, escapeTerminal } from './escape.ts';

/**
 * @returns JUnit XML: a suite for each capture, a test case for each finding and each expectation. Errors, warnings and broken
 *   expectations are failures; notes are test cases that pass, with the note as output. A capture that could not be checked is
 *   a suite with an error: left out, it would pass in silence.
 */
export function renderCheckJunit(reports: readonly CheckReport[], unchecked: readonly Problem[]): string {
  const suites = [...reports.map(suiteOf), ...unchecked.map(uncheckedSuite)];
  const tests = suites.reduce((sum, suite) => sum + suite.tests, 0);
  const errors = unchecked.length;
  const failures = suites.reduce((sum, suite) => sum + suite.failures, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<testsuites name="kp-explain check" tests="${tests}" failures="${failures}" errors="${errors}">\n`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>\n',
  ].join('');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly xml: string;
}

function suiteOf({ capture, findings, expectations, coverage }: CheckReport): Suite {
  const suite = attribute(capture.origin);
  const cases = [
    ...findings.map((finding) => ({ failed: finding.severity !== 'info', xml: findingCase(finding, suite) })),
    ...expectations.map(({ name, passed, message, file, line }) => ({
      failed: !passed,
      xml: caseOf(
        `expectation: ${name}`,
        suite,
        passed ? null : { type: 'expectation', message, text: file === null ? '' : `${file}:${line ?? ''}` },
        null,
      ),
    })),
    {
      failed: false,
      xml: caseOf(
        'rules compared with the API',
        suite,
        null,
        coverage.reason ?? `${coverage.followed} Service ports`,
      ),
    },
  ];
  const failures = cases.filter(({ failed }) => failed).length;
  const xml = `  <testsuite name="${suite}" tests="${cases.length}" failures="${failures}">\n${cases.map((one) => one.xml).join('')}  </testsuite>\n`;
  return { tests: cases.length, failures, xml };
}

function uncheckedSuite({ code, message, file }: Problem): Suite {
  const suite = attribute(file ?? 'cluster');
  const error = `      <error type="${attribute(code)}" message="${attribute(message)}"/>\n`;
  const xml = `  <testsuite name="${suite}" tests="1" failures="0" errors="1">\n    <testcase classname="${suite}" name="checked">\n${error}    </testcase>\n  </testsuite>\n`;
  return { tests: 1, failures: 0, xml };
}

function findingCase(finding: ReportedFinding, suite: string): string {
  const { code, title, severity, message, hits, evidence, advice, command, objects } = finding;
  const name = `${code} ${title}${objects[0] === undefined ? '' : ` (${objects[0]})`}`;
  const text = [
    `hits: ${hits}`,
    ...evidence.map(({ file, line, text: quoted }) =>
      file === null ? quoted : `${file}:${line ?? ''}: ${quoted}`,
    ),
    `do: ${advice}`,
    ...(command === null ? [] : [command]),
  ]
    .map(escapeTerminal)
    .join('\n');
  if (severity === 'info') return caseOf(name, suite, null, escapeTerminal(message));
  return caseOf(name, suite, { type: severity, message, text }, null);
}

function caseOf(
  name: string,
  suite: string,
  failure: { readonly type: string; readonly message: string; readonly text: string } | null,
  output: string | null,
): string {
  const inner = [
    failure === null
      ? ''
      : `      <failure type="${attribute(failure.type)}" message="${attribute(failure.message)}">${content(failure.text)}</failure>\n`,
    output === null ? '' : `      <system-out>${content(output)}</system-out>\n`,
  ].join('');
  const open = `    <testcase classname="${suite}" name="${attribute(name)}"`;
  return inner === '' ? `${open}/>\n` : `${open}>\n${inner}    </testcase>\n`;
}

/** Characters that XML 1.0 cannot hold at all, even as references, become visible. */
function clean(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f]/gu, '\ufffd');
}

function content(text: string): string {
  return clean(escapeLines(text)).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function attribute(text: string): string {
  return content(text)
    .replace(/"/g, '&quot;')
    .replace(/\n/g, '&#10;')
    .replace(/\r/g, '&#13;')
    .replace(/\t/g, '&#9;');
}
