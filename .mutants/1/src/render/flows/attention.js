import { counted } from '../../words/numbers.js';
import { escapeTerminal } from '../escape.js';
import { wrap } from '../wrap.js';
import { portName } from './words.js';
const RANK = { error: 0, warning: 1, info: 2 };
/** @returns what is wrong, errors first, endpoint by endpoint, with the commands that would clear what is stuck. */
export function renderAttention({ summary }, options, level) {
    const { colours, width } = options;
    const wrong = summary.services.flatMap((service) => service.endpoints.filter(isWrong).map((endpoint) => ({ service, endpoint })));
    wrong.sort((a, b) => RANK[severityOf(a)] - RANK[severityOf(b)] || b.endpoint.stale - a.endpoint.stale);
    const all = [
        ...summary.findings.map((finding) => ({
            severity: finding.severity,
            lines: [said(finding, finding.message, colours, width)],
        })),
        ...wrong.map((one) => ({
            severity: severityOf(one),
            lines: endpointLines(one.service, one.endpoint, options, level.evidence),
        })),
    ].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
    const grave = all.some(({ severity }) => severity !== 'info') ||
        summary.services.some(({ stale, troubled }) => stale > 0 || troubled > 0);
    const entries = level.notes ? all : all.filter(({ severity }) => severity !== 'info');
    const lines = entries.slice(0, level.entries).flatMap((entry) => entry.lines);
    const more = all.length - Math.min(entries.length, level.entries);
    if (more > 0)
        lines.push(colours.faint(`  … and ${more} more (--detail full)`));
    return lines.length === 0
        ? ''
        : `${colours.heading(grave ? 'needs attention' : 'worth knowing')}\n${lines.join('\n')}\n`;
}
function severityOf({ endpoint }) {
    return endpoint.problem?.severity ?? 'info';
}
function isWrong({ problem, live }) {
    return problem !== null && live > 0;
}
function endpointLines(service, endpoint, options, withEvidence) {
    const { colours, width } = options;
    const { problem, stale, live, clear } = endpoint;
    if (problem === null)
        return [];
    const number = stale > 0 ? `${counted(stale, 'flow')} stuck` : counted(live, 'live flow');
    const lines = [said(problem, `${portName(service)}: ${number}: ${problem.message}`, colours, width)];
    const evidence = problem.evidence.find(({ kind }) => kind === 'rule') ?? problem.evidence[0];
    if (evidence !== undefined && withEvidence) {
        const place = evidence.file === null ? '' : ` (${evidence.file}:${evidence.line})`;
        lines.push(colours.faint(wrap(`    ${escapeTerminal(evidence.text)}${escapeTerminal(place)}`, width, '      ')));
    }
    // Commands are copied: they are never broken.
    for (const command of clear)
        lines.push(`    to clear them: ${command}`);
    return lines;
}
function said({ severity }, message, colours, width) {
    const paint = severity === 'error' ? colours.bad : severity === 'warning' ? colours.warning : colours.faint;
    return wrap(`  ${paint(severity)}  ${escapeTerminal(message)}`, width, '    ');
}
