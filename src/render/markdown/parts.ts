import type { Cause } from '../../diagnose/cause.ts';
import type { CaptureInfo } from '../../explain/explanation.ts';
import type { ToldProblem } from '../../problems/told-problem.ts';
import { codeBlock, codeSpan, escapeMarkdown } from './escape.ts';

/** @param cells Markdown already. @returns a table. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return `${line(heads)}${line(heads.map(() => '---'))}${rows.map(line).join('')}`;
}

/** @param body Markdown already. @returns a part that is closed until somebody opens it. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${escapeMarkdown(summary)}</summary>\n\n${body}\n</details>\n`;
}

/** @returns where the state came from, in one line. */
export function captureText({ origin, node, takenAt, proxyMode }: CaptureInfo): string {
  const parts = [
    codeSpan(origin),
    ...(node === null ? [] : [`node ${codeSpan(node)}`]),
    ...(takenAt === null ? [] : [`taken ${codeSpan(takenAt)}`]),
    ...(proxyMode === 'none' ? [] : [`kube-proxy in ${proxyMode} mode`]),
  ];
  return `${parts.join(', ')}\n`;
}

/** @returns what the input did not let us understand; empty where there is nothing. */
export function problemsText(problems: readonly ToldProblem[]): string {
  if (problems.length === 0) return '';
  const lines = problems.slice(0, 50).map(({ message, file, line, node }) => {
    const where = line === null ? (file ?? node) : `${file}:${line}`;
    const place = where === undefined ? '' : `${codeSpan(where)} `;
    return `- ${place}${escapeMarkdown(message)}\n`;
  });
  const more = problems.length > 50 ? `- and ${problems.length - 50} more\n` : '';
  return `\n${folded(`Not understood or not captured: ${problems.length}`, `${lines.join('')}${more}`)}`;
}

/** Lines of proof for each finding. */
const PROOF = 12;

/** @returns a finding or cause in full: what it is, whom it hits, its proof, what to do. */
export function causeText(cause: Omit<Cause, 'page' | 'explains'>): string {
  const { code, title, severity, message, hits, advice, command, evidence } = cause;
  const proof = evidence
    .slice(0, PROOF)
    .map(({ file, line, text }) => (file === null ? text : `${file}:${line ?? ''}  ${text}`));
  const more = evidence.length > PROOF ? [`… and ${evidence.length - PROOF} more (-o json)`] : [];
  return [
    `### ${severity.toUpperCase()} ${escapeMarkdown(code)} ${escapeMarkdown(title)}\n`,
    `${escapeMarkdown(message)}\n`,
    `- hits: ${escapeMarkdown(hits)}\n- do: ${escapeMarkdown(advice)}\n`,
    ...(command === null ? [] : [codeBlock(command, 'sh')]),
    ...(proof.length === 0 ? [] : [codeBlock([...proof, ...more].join('\n'))]),
  ].join('\n');
}
