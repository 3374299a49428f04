import { socketText } from '../../net/socket.js';
import { NO_COLOURS } from '../colours.js';
import { sharesText } from '../shares-text.js';
import { verdictText } from '../why-text.js';
import { codeBlock, codeSpan, escapeMarkdown } from './escape.js';
import { captureText, causeText, markdownTable, problemsText } from './parts.js';
/** @param answer as the terminal shows it. @returns a report of one Service port, its causes in full. */
export function renderWhyMarkdown(report, answer) {
    const { capture, asked, ways, causes, problems } = report;
    const rows = ways.map(({ from, to, shares }) => [
        escapeMarkdown(from),
        codeSpan(socketText(to.address, to.port)),
        escapeMarkdown(sharesText(shares, NO_COLOURS)),
    ]);
    return [
        `# ${codeSpan(asked)}: ${escapeMarkdown(verdictText(report))}\n`,
        captureText(capture),
        codeBlock(answer),
        ...(rows.length === 0 ? [] : [markdownTable(['from', 'to', 'new connections'], rows)]),
        ...causes.map(causeText),
        problemsText(problems),
    ].join('\n');
}
