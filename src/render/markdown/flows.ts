import type { FlowList } from '../../explain/flow-list.ts';
import { codeBlock, escapeMarkdown } from './escape.ts';
import { captureText, markdownTable, problemsText } from './parts.ts';

/** @param answer as the terminal shows it. @returns a report of the live flows. */
export function renderFlowsMarkdown({ capture, summary, problems }: FlowList, answer: string): string {
  const rows = summary.problems.map(({ code, severity, flows }) => [
    severity,
    escapeMarkdown(code),
    String(flows),
  ]);
  return [
    `# ${summary.flows} flows, ${summary.stale} of them stuck\n`,
    captureText(capture),
    codeBlock(answer),
    ...(rows.length === 0 ? [] : [markdownTable(['severity', 'problem', 'flows'], rows)]),
    problemsText(problems),
  ].join('\n');
}
