import { counted } from '../../words/numbers.js';
import { escapeWorkflowData, escapeWorkflowProperty } from './escape.js';
const COMMANDS = {
    error: 'error',
    warning: 'warning',
    info: 'notice',
};
/**
 * @param placeOf tells where a file of a capture is: annotations name files that exist.
 * @returns workflow commands of GitHub Actions: an annotation for each finding and broken expectation, then a line that sums up.
 */
export function renderCheckGithub({ reports, failures }, placeOf) {
    const unchecked = failures.filter(({ code }) => code === 'capture-not-checked');
    const lines = reports.flatMap((report) => [
        ...report.findings.map((finding) => annotation(finding, report, placeOf)),
        ...report.expectations
            .filter(({ passed }) => !passed)
            .map(({ name, message, file, line }) => command('error', { title: `expectation: ${name}`, ...(firstPlace([{ file, line }], placeOf) ?? {}) }, message)),
    ]);
    const errors = unchecked.map(({ message, file }) => command('error', { title: 'not checked' }, file === null ? message : `${file}: ${message}`));
    const failed = reports.filter(({ passed }) => !passed).length;
    // Text that a capture holds must not begin a line: it could be a command.
    const all = counted(reports.length, 'capture');
    const not = unchecked.length === 0 ? '' : `, ${unchecked.length} not checked`;
    const sum = `kp-explain check: ${failed === 0 ? `${all} passed` : `${failed} of ${all} failed`}${not}`;
    return [...lines, ...errors, sum].map((line) => `${line}\n`).join('');
}
function annotation(finding, { capture }, placeOf) {
    const { severity, code, title, message, hits, advice, command: run, evidence } = finding;
    const body = [
        message,
        `hits: ${hits}`,
        ...evidence.slice(0, 3).map(({ text }) => `proof: ${text}`),
        `do: ${advice}`,
        ...(run === null ? [] : [run]),
        `capture: ${capture.origin}`,
    ].join('\n');
    const place = firstPlace(evidence, placeOf);
    return command(COMMANDS[severity], { title: `${code} ${title}`, ...(place ?? {}) }, body);
}
/** The first line of proof that is in a file of its own; else the archive that holds it; null: nothing is there. */
function firstPlace(proof, placeOf) {
    const places = proof.flatMap(({ file, line }) => {
        const place = file === null ? null : placeOf(file);
        return place === null ? [] : [{ ...place, line }];
    });
    const best = places.find(({ exact }) => exact) ?? places[0];
    if (best === undefined)
        return null;
    return best.exact && best.line !== null ? { file: best.path, line: best.line } : { file: best.path };
}
function command(name, { file, line, title }, message) {
    const properties = [
        ...(file === undefined ? [] : [`file=${escapeWorkflowProperty(file)}`]),
        ...(line === undefined ? [] : [`line=${line}`]),
        `title=${escapeWorkflowProperty(title)}`,
    ].join(',');
    return `::${name} ${properties}::${escapeWorkflowData(message)}`;
}
