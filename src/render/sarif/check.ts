import type { CheckReport, CheckRun, ExpectationResult, ReportedFinding } from '../../check/report.ts';
import type { Severity } from '../../findings/finding.ts';
import type { ToldProblem } from '../../problems/told-problem.ts';
import { escapeDocument } from '../escape.ts';
import type { PlaceOf } from '../place.ts';
import { artifactUri, locationOf, type SarifLocation } from './location.ts';
import { expectationRule, ruleOf } from './rule.ts';

/** What SARIF needs to know of the program and of the disk. */
export interface SarifContext {
  readonly version: string;
  readonly placeOf: PlaceOf;
  /** @returns the page of a finding, as Markdown; null where there is none. */
  readonly pageOf: (code: string) => string | null;
}

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** @returns SARIF 2.1.0 with one run: a rule for each code that occurs, a result for each finding and broken expectation. */
export function renderCheckSarif({ reports, failures }: CheckRun, context: SarifContext): string {
  const { version, placeOf, pageOf } = context;
  const unchecked = failures.filter(({ code }) => code === 'capture-not-checked');
  const found = reports.flatMap(({ findings }) => findings);
  const isBroken = reports.some(({ expectations }) => expectations.some(({ passed }) => !passed));
  const kinds = new Map<string, ReportedFinding>();
  for (const finding of found) if (!kinds.has(finding.code)) kinds.set(finding.code, finding);
  const rules = [
    ...[...kinds.values()].map((finding) => ruleOf(finding, LEVELS[finding.severity], pageOf(finding.code))),
    ...(isBroken ? [expectationRule()] : []),
  ];
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const results = reports.flatMap((report) => [
    ...report.findings.map((finding) =>
      findingResult(finding, report, index.get(finding.code) ?? 0, placeOf),
    ),
    ...report.expectations
      .filter(({ passed }) => !passed)
      .map((result) => expectationResult(result, report, index.get('expectation') ?? 0, placeOf)),
  ]);
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kp-explain',
            fullName: `kp-explain ${version}`,
            version,
            semanticVersion: version,
            rules,
          },
        },
        automationDetails: { id: 'kp-explain/check/' },
        invocations: [invocationOf(unchecked, placeOf)],
        columnKind: 'utf16CodeUnits',
        results,
      },
    ],
  };
  return `${escapeDocument(JSON.stringify(document, null, 2))}\n`;
}

/** What could not be checked is no result; without it the run would look complete. */
function invocationOf(unchecked: readonly ToldProblem[], placeOf: PlaceOf) {
  return {
    executionSuccessful: unchecked.length === 0,
    toolExecutionNotifications: unchecked.map(({ code, message, file }) => ({
      descriptor: { id: code },
      level: 'error',
      message: { text: sentence(message) },
      ...(file === null
        ? {}
        : { locations: [{ physicalLocation: { artifactLocation: { uri: artifactUri(file, placeOf) } } }] }),
    })),
  };
}

/** Lines of proof that are linked; code scanning takes no more than a hundred. */
const RELATED = 50;

function findingResult(
  finding: ReportedFinding,
  { capture }: CheckReport,
  ruleIndex: number,
  placeOf: PlaceOf,
) {
  const { code, severity, message, hits, evidence, advice, command, objects, certainty } = finding;
  const places = evidence.flatMap(({ file, line, text }): SarifLocation[] =>
    file === null ? [] : [locationOf({ file, line, text }, placeOf)],
  );
  const [first, ...others] = places;
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    message: {
      text: [
        sentence(message),
        `Hits: ${sentence(hits)}`,
        `Do: ${sentence(advice)}`,
        ...(command === null ? [] : [command]),
      ].join('\n'),
    },
    locations: [first ?? locationOf({ file: capture.origin, line: null, text: null }, placeOf)],
    ...(others.length === 0
      ? {}
      : { relatedLocations: others.slice(0, RELATED).map((place, id) => ({ id: id + 1, ...place })) }),
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
  placeOf: PlaceOf,
) {
  return {
    ruleId: 'expectation',
    ruleIndex,
    level: 'error',
    message: { text: sentence(`${name}: ${message}`) },
    locations: [locationOf({ file: file ?? capture.origin, line, text: null }, placeOf)],
    partialFingerprints: { 'kpExplain/v1': ['expectation', capture.node ?? capture.origin, name].join(' ') },
  };
}

/** @returns the text with a full stop, as the standard wants of messages. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
