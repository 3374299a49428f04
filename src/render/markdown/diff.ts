import type { Diff, DiffList } from '../../diff/document.ts';
import { listed } from '../../words/numbers.ts';
import { codeBlock, escapeMarkdown } from './escape.ts';
import { captureText, problemsText } from './parts.ts';

/** @param answer as the terminal shows it. @returns a report of what changed. */
export function renderDiffMarkdown({ before, capture, identical, problems }: Diff, answer: string): string {
  return [
    `# ${identical ? 'No packet fares otherwise' : 'What changed, in behaviour'}\n`,
    `- before: ${captureText(before)}- after: ${captureText(capture)}`,
    codeBlock(answer),
    problemsText(problems),
  ].join('\n');
}

/** @param answers of the items, as the terminal shows them. @returns a report of what changed on each node of a cluster. */
export function renderDiffListMarkdown(list: DiffList, answers: readonly string[]): string {
  const { items, onlyBefore, onlyAfter, identical } = list;
  return [
    `# ${identical ? 'No packet fares otherwise on any node' : 'What changed on the nodes, in behaviour'}\n`,
    ...onlyIn('before', onlyBefore),
    ...onlyIn('after', onlyAfter),
    ...items.flatMap(({ before, capture, problems }, index) => [
      `## ${escapeMarkdown(capture.node ?? capture.origin)}\n`,
      `- before: ${captureText(before)}- after: ${captureText(capture)}`,
      codeBlock(answers[index] ?? ''),
      problemsText(problems),
    ]),
  ].join('\n');
}

function onlyIn(side: string, nodes: readonly string[]): string[] {
  return nodes.length === 0 ? [] : [`Only ${side}: ${escapeMarkdown(listed(nodes))}\n`];
}
