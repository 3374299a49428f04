import type { CheckReport, ExpectationResult, ReportedFinding } from '../check/report.ts';
import type { Severity } from '../findings/finding.ts';
import type { Problem } from '../problems/problem.ts';
import { escapeDocument } from './escape.ts';

/** What SARIF needs to know of the program. */
export interface SarifTool {
  readonly version: string;
}

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** @returns SARIF 2.1.0 with one run: a rule for each code that occurs, a result for each finding and broken expectation. */
export function renderCheckSarif(
  reports: readonly CheckReport[],
  unchecked: readonly Problem[],
  { version }: SarifTool,
): string {
  const found = reports.flatMap(({ findings }) => findings);
  const broken = reports.flatMap(({ expectations }) => expectations.filter(({ passed }) => !passed));
  const kinds = new Map(found.map((finding) => [finding.code, finding]));
  const rules = [
    ...[...kinds.values()].map(({ code, title, page }) => ({
      id: code,
      name: code,
      shortDescription: { text: capital(title) },
      help: { text: `See ${page}.` },
    })),
    ...(broken.length === 0
      ? []
      : [
          {
            id: 'expectation',
            name: 'expectation',
            shortDescription: { text: 'A statement of expect.yaml does not hold' },
            help: { text: 'See docs/ci.md.' },
          },
        ]),
  ];
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const results = reports.flatMap((report) => [
    ...report.findings.map((finding) => findingResult(finding, report, index.get(finding.code) ?? 0)),
    ...report.expectations
      .filter(({ passed }) => !passed)
      .map((result) => expectationResult(result, report, index.get('expectation') ?? 0)),
  ]);
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'kp-explain', semanticVersion: version, rules } },
        invocations: [invocationOf(unchecked)],
        results,
      },
    ],
  };
  return `${escapeDocument(JSON.stringify(document, null, 2))}\n`;
}

/** What could not be checked is no result; without it the run would look complete. */
function invocationOf(unchecked: readonly Problem[]) {
  return {
    executionSuccessful: unchecked.length === 0,
    toolExecutionNotifications: unchecked.map(({ message, file }) => ({
      level: 'error',
      message: { text: message },
      ...(file === null ? {} : { locations: [location(file, null, null)] }),
    })),
  };
}

function findingResult(finding: ReportedFinding, { capture }: CheckReport, ruleIndex: number) {
  const { code, severity, message, hits, evidence, advice, command, objects, certainty } = finding;
  const places = evidence.flatMap(({ file, line, text }) =>
    file === null ? [] : [location(file, line, text)],
  );
  const [first, ...others] = places;
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    message: {
      text: [message, `Hits: ${hits}.`, `Do: ${advice}.`, ...(command === null ? [] : [command])].join('\n'),
    },
    locations: [first ?? location(capture.origin, null, null)],
    ...(others.length === 0 ? {} : { relatedLocations: others.map((place, id) => ({ id, ...place })) }),
    partialFingerprints: {
      'kpExplain/v1': [code, capture.node ?? capture.origin, ...objects.slice(0, 3)].join(' '),
    },
    properties: { certainty, objects, node: capture.node, evidence: evidence.map(({ text }) => text) },
  };
}

function expectationResult(
  { name, message, file, line }: ExpectationResult,
  { capture }: CheckReport,
  ruleIndex: number,
) {
  return {
    ruleId: 'expectation',
    ruleIndex,
    level: 'error',
    message: { text: `${name}: ${message}` },
    locations: [location(file ?? capture.origin, line, null)],
  };
}

function location(file: string, line: number | null, text: string | null) {
  const region =
    line === null ? {} : { region: { startLine: line, ...(text === null ? {} : { snippet: { text } }) } };
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } };
}

/** A relative reference, as code scanning wants it; names with blanks or colons are encoded. */
function uriOf(file: string): string {
  const path = file.replace(/^\.\//, '').split('/').map(encodeURIComponentSafe).join('/');
  return path === '' ? 'capture' : path;
}

/** `encodeURIComponent` throws on a lone surrogate. */
function encodeURIComponentSafe(text: string): string {
  return encodeURIComponent(
    text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd'),
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
