import type { FlowList } from '../../explain/flow-list.ts';
import { counted } from '../../words/numbers.ts';
import { NO_COLOURS } from '../colours.ts';
import { stuckText } from '../flows/words.ts';
import { codeBlock, escapeMarkdown } from './escape.ts';
import { captureText, markdownTable, problemsText } from './parts.ts';

/** @param answer as the terminal shows it. @returns a report of the live flows. */
export function renderFlowsMarkdown(list: FlowList, answer: string): string {
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
