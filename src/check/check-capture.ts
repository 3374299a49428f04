import type { CaptureInfo } from '../explain/explanation.ts';
import type { FlowAgreement } from '../explain/flows/today/agreement.ts';
import type { CheckInput } from '../findings/check-input.ts';
import { CheckContext } from '../findings/context.ts';
import type { Finding, Severity } from '../findings/finding.ts';
import { FINDING_KINDS, findAll } from '../findings/registry.ts';
import { reportFinding } from '../findings/reported-finding.ts';
import type { ToldProblem } from '../problems/told-problem.ts';
import type { Expectations } from './expectations/expectations.ts';
import { judge } from './expectations/judge.ts';
import { type About, type Allowance, filterFindings } from './filter.ts';
import type { CheckReport, ExpectationResult } from './report.ts';

/** What `check` is asked. */
export interface CheckQuestion {
  /** Findings at least this bad are reported. */
  readonly least: Severity;
  /** Null: all codes. */
  readonly only: ReadonlySet<string> | null;
  readonly ignore: readonly Allowance[];
  /** The Service, or the namespace, that is asked about. Null: all. */
  readonly about?: About | null;
}

/** @returns the codes of all findings. */
export function findingCodes(): ReadonlySet<string> {
  return new Set(FINDING_KINDS.map(({ code }) => code));
}

/** What one capture is checked against. */
export interface CheckMatter {
  readonly context: CheckContext;
  readonly expectations: Expectations | null;
}

/** A report without its head, which is made last: reading for the answer may still find problems. */
export type CheckAnswer = Omit<CheckReport, 'apiVersion' | 'kind' | 'capture' | 'problems' | 'flows'>;

/** Finds, filters and judges. Never throws for any capture. */
export function checkCapture({ context, expectations }: CheckMatter, question: CheckQuestion): CheckAnswer {
  const found = findAll(context, question.only);
  const allow = expectations?.allow ?? [];
  const { findings, allowed, unused } = filterFindings(found, {
    least: question.least,
    only: question.only,
    allowances: [...allow, ...question.ignore],
    about: question.about ?? null,
  });
  const reported = findings.map((finding) => reportFinding(finding, context.input.kubectl));
  const results =
    expectations === null
      ? []
      : [
          ...judge(expectations, context.input.known, found),
          ...unusedResults(expectations, unused, question),
        ];
  const count = (severity: Severity) => reported.filter((finding) => finding.severity === severity).length;
  return {
    passed: !reported.some(({ severity }) => severity !== 'info') && results.every(({ passed }) => passed),
    summary: { error: count('error'), warning: count('warning'), info: count('info') },
    findings: reported,
    allowed,
    expectations: results,
    coverage: context.coverage,
  };
}

/** @returns every finding of a capture, unfiltered, for `--update`. */
export function findForUpdate(input: CheckInput): Finding[] {
  return findAll(new CheckContext(input));
}

/** A fault that was allowed and has been mended should not stay allowed: it would hide its return. */
function unusedResults(
  { file, allow }: Expectations,
  unused: readonly Allowance[],
  { only, about }: CheckQuestion,
): ExpectationResult[] {
  return allow
    .filter((entry) => unused.includes(entry) && (only === null || only.has(entry.code)) && about == null)
    .map(({ code, object, line }) => ({
      name: `allowed finding ${code}${object === null ? '' : ` for ${object}`}`,
      passed: true,
      message: 'is not there (any more): the entry can go',
      file,
      line,
    }));
}

/** @returns a report with its head. @param flows how live flows compare with the rules */
export function withHead(
  answer: CheckAnswer,
  flows: FlowAgreement | null,
  capture: CaptureInfo,
  problems: readonly ToldProblem[],
): CheckReport {
  return { apiVersion: 'kp-explain/v1', kind: 'CheckReport', capture, problems, ...answer, flows };
}
