import { kindOfLine } from '../recognise-lines.ts';
import { OF_A_NODE } from './is-paste.ts';
import { readPrompt } from './prompt.ts';

/** A line of a paste, without the name of the machine that printed it. */
export interface HostLine {
  readonly text: string;
  /** Null where it stands behind none. */
  readonly host: string | null;
}

/** `node-1: -A INPUT …`; behind the colon one blank, and a blank line of the output has lost it. */
const PREFIX = /^([\w.-]*[A-Za-z][\w.-]*|\d+(?:\.\d+){3}|[\da-f]*:[\da-f:]*:[\da-f]+):(?: (.*)|)$/s;

/** What they say themselves of a machine: `pdsh@admin: node-1: ssh exited with exit code 1`, `clush: node-1: exited with exit code 1`. */
const OWN_WORDS = /^(?:pdsh@[\w.-]+|clush|dsh):(?: |$)/;

/** Lines in a hundred that may be none of theirs: what somebody wrote around it. */
const STRAY = 10;

/**
 * Takes from lines what pdsh, clush and dsh write in front of each: the name of the machine. Words before a colon are usual in other
 * outputs, too; so nearly every line must have one of a few names, no line may be told with its name, and some must be behind it.
 * @returns the lines in order; null where they have no such prefix.
 */
export function withoutHosts(lines: readonly string[]): readonly HostLine[] | null {
  const read = lines.map(readLine);
  const named = read.filter(({ host }) => host !== null);
  const hosts = new Set(named.map(({ host }) => host));
  const stray = read.filter(({ text, host }) => host === null && !isBeside(text)).length;
  if (named.length < 2 * hosts.size || stray * STRAY > named.length) return null;
  return named.some(({ text }) => isTold(text)) ? read : null;
}

function readLine(line: string): HostLine {
  const [, host, text = ''] = OWN_WORDS.test(line) ? [] : (PREFIX.exec(line.replace(/\r$/, '')) ?? []);
  return host === undefined || kindOfLine(line.slice(0, 2000)) !== null
    ? { text: line, host: null }
    : { text, host };
}

function isBeside(line: string): boolean {
  const text = line.trim();
  return text === '' || OWN_WORDS.test(text) || /^(?:```|~~~)/.test(text) || readPrompt(text) !== null;
}

function isTold(text: string): boolean {
  const kind = kindOfLine(text.slice(0, 2000));
  return kind !== null ? OF_A_NODE.has(kind) : /^\s*[{[]\s*(?:\{\s*)?"/.test(text);
}
