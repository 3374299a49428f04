import type { Cause } from '../diagnose/cause.ts';
import type { Evidence, Severity } from '../findings/finding.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { withoutComment } from './without-comment.ts';
import { wrap } from './wrap.ts';

/** How a cause is written. */
export interface CauseOptions {
  /** Columns of the terminal; null where the output is not one. */
  readonly width: number | null;
  readonly colours: Colours;
  /** Lines of proof that are shown. */
  readonly proof: number;
  /** True on a screen that is to hold the whole answer: files by their last name, rules without comments, lines broken. */
  readonly brief: boolean;
  /** Whether it is told who notices. */
  readonly hits: boolean;
}

/** A finding or a cause, as far as texts tell it. */
export type ToldCause = Omit<Cause, 'page' | 'explains' | 'service'> & { readonly page: string | null };

const SEVERITIES: Readonly<Record<Severity, string>> = { error: 'ERROR', warning: 'WARNING', info: 'note' };

const CERTAINTIES = {
  probable: 'other causes would look the same',
  possible: 'the capture cannot prove it',
} as const;

/** @returns the cause opened: what, what to do, whom it hits, and the first lines of its proof. Each line with its newline. */
export function renderCause(cause: ToldCause, options: CauseOptions): string {
  const { width, colours, proof } = options;
  const { message, hits, evidence, advice, command, certainty, title } = cause;
  const sure = certainty === 'certain' ? '' : colours.faint(`  (${certainty}: ${CERTAINTIES[certainty]})`);
  const field = (name: string, text: string) =>
    `${wrap(`  ${name.padEnd(8)}${escapeTerminal(text)}`, width, '          ')}\n`;
  return [
    `${wrap(`${headOf(cause, colours)} ${escapeTerminal(title)}${sure}`, width, '  ')}\n`,
    `${wrap(`  ${escapeTerminal(message)}`, width, '  ')}\n`,
    field('do', advice),
    command === null ? '' : `          ${colours.name(escapeTerminal(command))}\n`,
    options.hits ? field('hits', hits) : '',
    ...evidence.slice(0, proof).map((one, index) => evidenceLine(one, index === 0 ? 'proof' : '', options)),
    evidence.length > proof && proof > 0 ? `          … and ${evidence.length - proof} more (-o json)\n` : '',
  ].join('');
}

/** @returns the cause in one line: how bad, code, what it is about, what is wrong. */
export function causeLine(
  cause: ToldCause,
  { width, colours }: Pick<CauseOptions, 'width' | 'colours'>,
): string {
  const { title, page, message, objects } = cause;
  const what = page === null ? message : `${aboutText(objects)}${title}`;
  return `${wrap(`${headOf(cause, colours)} ${escapeTerminal(what)}`, width, '  ')}\n`;
}

/** Where a page tells more: its code is the word that `explain` takes. */
function headOf({ severity, code, page }: ToldCause, colours: Colours): string {
  const paint = { error: colours.bad, warning: colours.warning, info: colours.faint }[severity];
  const word = paint(SEVERITIES[severity]);
  return page === null ? word : `${word} ${colours.strong(code)}`;
}

/** Objects named in one line before the rest is counted. */
const SHOWN = 2;

function aboutText(objects: readonly string[]): string {
  if (objects.length === 0) return '';
  const more = objects.length - SHOWN;
  return `${objects.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}: `;
}

/** Quoted lines are not broken, for they are to be searched for, but on a brief screen. */
function evidenceLine({ file, line, text }: Evidence, name: string, options: CauseOptions): string {
  const { colours, brief, width } = options;
  const shown = file === null || !brief ? file : file.replace(/^.*\//, '');
  const place =
    shown === null ? '' : colours.faint(`${escapeTerminal(shown)}${line === null ? '' : `:${line}`}  `);
  // What a rule says of itself is in the sentence already.
  const quoted = escapeTerminal(brief && text.startsWith('-A ') ? withoutComment(text) : text);
  const row = `  ${name.padEnd(8)}${place}${quoted}`;
  return `${brief ? wrap(row, width, '          ') : row}\n`;
}
