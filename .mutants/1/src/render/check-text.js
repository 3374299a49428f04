import { counted } from '../words/numbers.js';
import { causeLine, renderCause } from './cause-text.js';
import { renderNodeComparison } from './check-nodes-text.js';
import { escapeTerminal } from './escape.js';
import { fitScreen } from './screen.js';
import { wrap } from './wrap.js';
/**
 * @returns each capture: the verdict first, then errors and warnings, one line each, the worst of them opened, then notes, one
 *   line each; behind them which nodes differ from the rest.
 */
export function renderCheckText(reports, comparisons, options) {
    const blocks = [
        ...reports.map((report) => renderReport(report, options)),
        ...comparisons.map((comparison) => renderNodeComparison(comparison, options)),
    ];
    if (reports.length < 2)
        return blocks.join('\n');
    const failed = reports.filter(({ passed }) => !passed).length;
    const { colours } = options;
    const sum = failed === 0
        ? colours.good(`${reports.length} captures passed`)
        : colours.bad(`${failed} of ${reports.length} captures failed`);
    return `${blocks.join('\n')}\n${sum}\n`;
}
const LEVELS = [
    { proof: 2, notes: true },
    { proof: 1, notes: true },
    { proof: 1, notes: false },
    { proof: 0, notes: false },
];
function renderReport(report, options) {
    return options.detail === 'full'
        ? renderAt({ proof: SHOWN, notes: true }, report, options)
        : fitScreen(LEVELS, options.width, (level) => renderAt(level, report, options));
}
function renderAt(level, report, options) {
    const loud = report.findings.filter(({ severity }) => severity !== 'info');
    const quiet = report.findings.filter(({ severity }) => severity === 'info');
    const told = quiet.filter(({ code }) => level.notes || !BY_DESIGN.has(code));
    const isFull = options.detail === 'full';
    const opened = isFull ? loud : loud.slice(0, 1);
    // Who reads a file, or all of it, searches for the whole name.
    const brief = !isFull && options.width !== null;
    const open = (finding) => renderCause(finding, { ...options, proof: level.proof, brief, hits: true });
    const note = (finding) => isFull || !BY_DESIGN.has(finding.code) ? renderNote(finding, options) : causeLine(finding, options);
    return [
        headingOf(report, options),
        loud.length < 2 || isFull ? '' : `\n${loud.map((finding) => causeLine(finding, options)).join('')}`,
        ...opened.map((finding) => `\n${open(finding)}`),
        quiet.length === 0
            ? ''
            : `\n${level.notes ? '' : byDesignText(quiet, options)}${told.map(note).join('')}`,
        renderExpectations(report.expectations, options),
        renderFoot(report, options),
        nextText(report, options),
    ].join('');
}
/** Notes that say nothing but that something is as it was asked for; what could not be checked is told in full. */
const BY_DESIGN = new Set(['KP104', 'KP105', 'KP120', 'KP121']);
/** @returns the codes of what is by design, in one line. */
function byDesignText(quiet, { width, colours }) {
    const codes = [...new Set(quiet.map(({ code }) => code).filter((code) => BY_DESIGN.has(code)))];
    if (codes.length === 0)
        return '';
    return `${wrap(`${colours.faint('note')} ${codes.join(', ')}: by design`, width, '  ')}\n`;
}
/** Lines of proof shown for one finding; `-o json` has all. */
const SHOWN = 8;
/** Where to read on: the page of the worst finding, its Service, the other findings. */
function nextText(report, { width, colours, detail, program, stateOf, quote }) {
    const [worst, ...others] = report.findings;
    if (worst === undefined)
        return '';
    const { service } = worst;
    const name = service === null
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
function headingOf({ capture, summary, passed, expectations, coverage }, { colours }) {
    const broken = expectations.filter((result) => !result.passed).length;
    const parts = [
        ...(summary.error > 0 ? [counted(summary.error, 'error')] : []),
        ...(summary.warning > 0 ? [counted(summary.warning, 'warning')] : []),
        ...(broken > 0 ? [`${counted(broken, 'expectation')} broken`] : []),
    ];
    const good = coverage.reason === null ? colours.good('ok') : 'nothing wrong found in what could be checked';
    const verdict = passed ? good : colours.bad(parts.join(', '));
    const node = capture.node === null ? '' : ` on ${escapeTerminal(capture.node)}`;
    return `${colours.strong(escapeTerminal(capture.origin))}${node}: ${verdict}\n`;
}
function renderNote({ code, message }, { width, colours }) {
    const head = `${colours.faint('note')} ${code} `;
    const plain = `note ${code} `;
    return block(escapeTerminal(message), width, ' '.repeat(plain.length), plain).replace(plain, head);
}
function renderExpectations(results, { width, colours }) {
    if (results.length === 0)
        return '';
    const held = results.filter(({ passed, message }) => passed && message === '').length;
    const told = results.filter(({ passed, message }) => !passed || message !== '');
    const lines = told.map(({ name, passed, message, file, line }) => {
        const place = file === null ? '' : `  (${escapeTerminal(file)}${line === null ? '' : `:${line}`})`;
        const head = passed ? colours.faint('note') : colours.bad('BROKEN');
        return `${head} ${escapeTerminal(name)}${colours.faint(place)}\n${block(escapeTerminal(message), width, '  ')}`;
    });
    return `\n${lines.join('')}${held === 0 ? '' : `${counted(held, 'expectation')} ${held === 1 ? 'holds' : 'hold'}\n`}`;
}
function renderFoot({ coverage, allowed }, { width, colours }) {
    const { ports, followed, reason, named } = coverage;
    const instead = named === 0 ? '' : `; packets to the ${counted(named, 'Service port')} that the rules name were followed`;
    const compared = reason !== null
        ? `rules not compared with the API: ${reason}${instead}`
        : followed === ports
            ? `${counted(followed, 'Service port')} compared with the API, packet by packet`
            : `${followed} of ${ports} Service ports compared packet by packet (every one whose rules look different, and a sample of the others), the rest by their chains`;
    const lines = [
        ...allowed.map(({ code, objects, reason: why }) => `allowed: ${code} ${objects[0] ?? ''} (${why})`),
        compared,
    ];
    return `\n${lines.map((line) => colours.faint(wrap(escapeTerminal(line), width, '  '))).join('\n')}\n`;
}
/** @returns lines that are no longer than the width where that is possible, each with its newline. */
function block(text, width, indent, first = indent) {
    return `${wrap(first + text, width, indent)}\n`;
}
