import { counted } from '../../words/numbers.js';
import { NO_COLOURS } from '../colours.js';
import { stuckText } from '../flows/words.js';
import { codeBlock, escapeMarkdown } from './escape.js';
import { captureText, markdownTable, problemsText } from './parts.js';
/** @param answer as the terminal shows it. @returns a report of the live flows. */
export function renderFlowsMarkdown(list, answer) {
    const { capture, summary, problems } = list;
    const rows = summary.problems.map(({ code, severity, flows }) => [
        severity,
        escapeMarkdown(code),
        String(flows),
    ]);
    return [
        `# ${counted(summary.flows, 'flow')}, ${stuckText(list, NO_COLOURS)}\n`,
        captureText(capture),
        codeBlock(answer),
        ...(rows.length === 0 ? [] : [markdownTable(['severity', 'problem', 'flows'], rows)]),
        problemsText(problems),
    ].join('\n');
}
