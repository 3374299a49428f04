import { withoutHosts } from './host-prefixes.ts';
import { type Machine, machineOf } from './machine.ts';
import { repaired } from './spelling.ts';
import { isObject, unfold } from './unfold.ts';

/** One line of a transcript, as somebody's terminal showed it. */
export interface TranscriptLine {
  readonly text: string;
  /** The line below it. */
  readonly next: string;
  /** Whose name stood in front of it; null for none. */
  readonly machine: Machine | null;
  /** True where the string that it was taken out of ends with it. */
  readonly ends: boolean;
}

/** A transcript in lines. */
export interface TranscriptLines {
  readonly lines: readonly TranscriptLine[];
  /** True where lines stood in strings, with escaped ends. */
  readonly escaped: boolean;
  /** The text without the name of the one machine that stood in front of its lines; null where none did, or more than one. */
  readonly unnamed: readonly string[] | null;
}

/**
 * @param kind what the head is as a whole: lines that can be told so have no machine's name in front.
 * @returns the lines of a transcript, without what pdsh writes in front of each, and out of strings of a log.
 */
export function transcriptLines(transcript: string, kind: string): TranscriptLines {
  const whole = transcript.split('\n');
  const named = kind === 'unknown' ? withoutHosts(whole) : null;
  const raw = named?.map(({ text }) => text) ?? whole;
  const lines: TranscriptLine[] = [];
  for (const [at, line] of raw.entries()) {
    const headed = hostBetweenRules(raw, at);
    const host = named?.[at]?.host ?? headed;
    const unfolded = unfold(isObject(line) ? line : repaired(line));
    // What stands behind the string is no part of it; a log may go on in its next object.
    const closes = unfolded.length > 1 && !isObject(raw[at + 1] ?? '');
    for (const [nth, each] of unfolded.entries())
      lines.push({
        text: each.replace(/\r\s*$/, ''),
        next: unfolded[nth + 1] ?? raw[at + 1] ?? '',
        machine: host === null ? null : machineOf(host),
        ends: headed !== null || (closes && nth === unfolded.length - 1),
      });
  }
  const hosts = new Set(named?.flatMap(({ host }) => host ?? []));
  return { lines, escaped: lines.length > raw.length, unnamed: hosts.size === 1 ? raw : null };
}

const RULE = /^-{8,}\s*$/;

/** `clush -b` and dshbak write a machine's name, or those of all that printed the same, between two rules above its output. */
function hostBetweenRules(lines: readonly string[], at: number): string | null {
  if (!RULE.test(lines[at - 1] ?? '') || !RULE.test(lines[at + 1] ?? '')) return null;
  return /^([\w.:[\],-]+)(?: \(\d+\))?\s*$/.exec(lines[at] ?? '')?.[1] ?? null;
}
