import type { Diff } from '../../diff/document.ts';
import { codeBlock } from './escape.ts';
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
