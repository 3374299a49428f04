import type { WhyReport } from '../../diagnose/why-report.ts';
import { socketText } from '../../net/socket.ts';
import { NO_COLOURS } from '../colours.ts';
import { sharesText } from '../shares-text.ts';
import { verdictText } from '../why-text.ts';
import { codeBlock, codeSpan, escapeMarkdown } from './escape.ts';
import { captureText, causeText, markdownTable, problemsText } from './parts.ts';

/** @param answer as the terminal shows it. @returns a report of one Service port, its causes in full. */
export function renderWhyMarkdown(report: WhyReport, answer: string): string {
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
