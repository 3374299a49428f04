import type { CheckReport, CheckRun, ReportedFinding } from '../../check/report.ts';
import type { ToldProblem } from '../../problems/told-problem.ts';
import { escapeTerminal } from '../escape.ts';
import { escapeXml, escapeXmlAttribute } from './escape.ts';

/**
 * @returns JUnit XML as Jenkins (junit-10.xsd of its xUnit plugin) and Surefire (surefire-test-report.xsd, a suite of it) take it:
 *   a suite for each capture, a test case for each finding and each expectation, no two of one name. Errors, warnings and broken
 *   expectations are failures; notes are test cases that pass, with the note as output. Rules that could not be compared are skipped. A capture that could not be checked is
 *   a suite with an error: left out, it would pass in silence.
 */
export function renderCheckJunit({ reports, failures }: CheckRun): string {
  const unchecked = failures.filter(({ code }) => code === 'capture-not-checked');
  const suiteName = distinct();
  const suites = [
    ...reports.map((report) => suiteOf(report, suiteName(report.capture.origin))),
    ...unchecked.map((problem) => uncheckedSuite(problem, suiteName(problem.file ?? 'cluster'))),
  ];
  const sum = (of: (suite: Suite) => number) => suites.reduce((total, suite) => total + of(suite), 0);
  const totals = `tests="${sum(({ cases }) => cases.length)}" failures="${sum(failuresOf)}" errors="${sum(errorsOf)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<testsuites name="kp-explain check" ${totals} time="0">\n`,
    ...suites.map(suiteXml),
    '</testsuites>\n',
  ].join('');
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/** A test case; it passed where it has neither a fault nor a reason why it was skipped. */
interface Case {
  readonly name: string;
  readonly skipped?: string;
  readonly fault: {
    readonly kind: 'failure' | 'error';
    readonly type: string;
    readonly message: string;
    readonly text: string;
  } | null;
  readonly output: string | null;
}

const failuresOf = ({ cases }: Suite) => cases.filter(({ fault }) => fault?.kind === 'failure').length;
const skippedOf = ({ cases }: Suite) => cases.filter(({ skipped }) => skipped !== undefined).length;
const errorsOf = ({ cases }: Suite) => cases.filter(({ fault }) => fault?.kind === 'error').length;

/** @returns a function that gives names back, numbered where one comes again: a report of two equal names loses one. */
function distinct(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name} (${number})`;
    taken.add(free);
    return free;
  };
}

function suiteOf({ findings, expectations, coverage }: CheckReport, name: string): Suite {
  const unique = distinct();
  const cases: Case[] = [
    ...findings.map(findingCase),
    ...expectations.map(({ name: what, passed, message, file, line }): Case => {
      const text = file === null ? '' : `${file}:${line ?? ''}`;
      return {
        name: `expectation: ${what}`,
        fault: passed ? null : { kind: 'failure', type: 'expectation', message, text },
        output: null,
      };
    }),
    {
      name: 'rules compared with the API',
      fault: null,
      ...comparedCase(coverage),
    },
  ];
  return { name, cases: cases.map((one) => ({ ...one, name: unique(one.name) })) };
}

/** What was compared in part only is no comparison that passed. */
function comparedCase({ reason, followed, gaps }: CheckReport['coverage']): Pick<Case, 'skipped' | 'output'> {
  const output = `${followed} Service ports`;
  if (reason !== null) return { skipped: reason, output: null };
  if (gaps.length === 0) return { output };
  const left = gaps.map((gap) => `${gap.ports} not: ${gap.reason}`).join('; ');
  return { skipped: `${output}; ${left}`, output: null };
}

function uncheckedSuite({ code, message }: ToldProblem, name: string): Suite {
  return {
    name,
    cases: [{ name: 'checked', fault: { kind: 'error', type: code, message, text: message }, output: null }],
  };
}

function findingCase(finding: ReportedFinding): Case {
  const { code, title, severity, message, hits, evidence, advice, command, objects } = finding;
  const name = `${code} ${title}${objects[0] === undefined ? '' : ` (${objects[0]})`}`;
  if (severity === 'info') return { name, fault: null, output: message };
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
  return { name, fault: { kind: 'failure', type: severity, message, text }, output: null };
}

/** The time is 0: no finding has one of its own, and Surefire wants one. */
function suiteXml(suite: Suite): string {
  const { name, cases } = suite;
  const counts = `tests="${cases.length}" failures="${failuresOf(suite)}" errors="${errorsOf(suite)}" skipped="${skippedOf(suite)}" time="0"`;
  const inner = cases.map((one) => caseXml(one, name)).join('');
  return `  <testsuite name="${escapeXmlAttribute(name)}" ${counts}>\n${inner}  </testsuite>\n`;
}

function caseXml({ name, skipped, fault, output }: Case, suite: string): string {
  const inner = [
    fault === null
      ? ''
      : `      <${fault.kind} type="${escapeXmlAttribute(fault.type)}" message="${escapeXmlAttribute(fault.message)}">${escapeXml(fault.text)}</${fault.kind}>\n`,
    skipped === undefined ? '' : `      <skipped message="${escapeXmlAttribute(skipped)}"/>\n`,
    output === null ? '' : `      <system-out>${escapeXml(output)}</system-out>\n`,
  ].join('');
  const open = `    <testcase classname="${escapeXmlAttribute(suite)}" name="${escapeXmlAttribute(name)}" time="0"`;
  return inner === '' ? `${open}/>\n` : `${open}>\n${inner}    </testcase>\n`;
}
