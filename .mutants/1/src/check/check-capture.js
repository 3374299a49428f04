import { CheckContext } from '../findings/context.js';
import { FINDING_KINDS, findAll } from '../findings/registry.js';
import { reportFinding } from '../findings/reported-finding.js';
import { judge } from './expectations/judge.js';
import { filterFindings } from './filter.js';
/** @returns the codes of all findings. */
export function findingCodes() {
    return new Set(FINDING_KINDS.map(({ code }) => code));
}
/** Finds, filters and judges. Never throws for any capture. */
export function checkCapture({ context, expectations }, question) {
    const found = findAll(context, question.only);
    const allow = expectations?.allow ?? [];
    const { findings, allowed, unused } = filterFindings(found, {
        least: question.least,
        only: question.only,
        allowances: [...allow, ...question.ignore],
        about: question.about ?? null,
    });
    const reported = findings.map(reportFinding);
    const results = expectations === null
        ? []
        : [
            ...judge(expectations, context.input.known, found),
            ...unusedResults(expectations, unused, question),
        ];
    const count = (severity) => reported.filter((finding) => finding.severity === severity).length;
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
export function findForUpdate(input) {
    return findAll(new CheckContext(input));
}
/** A fault that was allowed and has been mended should not stay allowed: it would hide its return. */
function unusedResults({ file, allow }, unused, { only, about }) {
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
/** @returns a report with its head. */
export function withHead(answer, capture, problems) {
    return { apiVersion: 'kp-explain/v1', kind: 'CheckReport', capture, problems, ...answer };
}
