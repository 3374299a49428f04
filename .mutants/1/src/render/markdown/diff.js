import { codeBlock } from './escape.js';
import { captureText, problemsText } from './parts.js';
/** @param answer as the terminal shows it. @returns a report of what changed. */
export function renderDiffMarkdown({ before, capture, identical, problems }, answer) {
    return [
        `# ${identical ? 'No packet fares otherwise' : 'What changed, in behaviour'}\n`,
        `- before: ${captureText(before)}- after: ${captureText(capture)}`,
        codeBlock(answer),
        problemsText(problems),
    ].join('\n');
}
