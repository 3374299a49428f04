import { type NameIndex, UNKNOWN } from '../../lookup/name-index.ts';
import type { Family } from '../../net/address.ts';
import { endsWord, isBlank, skipBlanks } from '../blanks.ts';
import type { TableContext } from './dump-lines.ts';

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const BANG = 33;
const QUOTE = 34;
const DASH = 45;
const SLASH = 47;
const ZERO = 48;
const COLON = 58;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

/** @returns where the rule starts on its line: after blanks and counters, `[1:2] `. */
export function skipCounters(bytes: Buffer, start: number): number {
  let at = skipBlanks(bytes, start);
  if (bytes[at] !== OPEN) return at;
  while (at < bytes.length && bytes[at] !== CLOSE && bytes[at] !== NEWLINE) at++;
  return bytes[at] === CLOSE ? skipBlanks(bytes, at + 1) : at;
}

/** @returns where the rule starts behind counters as iptables-save prints them, or the start of the line. */
export function skipPlainCounters(bytes: Buffer, start: number): number {
  if (bytes[start] !== OPEN) return start;
  const colon = skipDigits(bytes, start + 1);
  const close = skipDigits(bytes, colon + 1);
  if (bytes[colon] !== COLON || bytes[close] !== CLOSE || bytes[close + 1] !== SPACE) return start;
  return bytes[close + 2] === DASH ? close + 2 : start;
}

/**
 * Reads the address of a rule that starts `-A CHAIN -d ADDRESS/32 ` (or /128), with a `-s` before it or not, as
 * iptables-save prints every rule with such a destination.
 * @param start of the rule's line.
 * @returns the address as text, or null for any other shape.
 */
export function readPlainDestination(bytes: Buffer, start: number, family: Family): string | null {
  let at = nextWord(bytes, nextWord(bytes, skipCounters(bytes, start)));
  if (bytes[at] === BANG && bytes[at + 1] === SPACE && bytes[at + 2] === DASH && bytes[at + 3] === 115)
    at += 2;
  if (bytes[at] === DASH && bytes[at + 1] === 115 && bytes[at + 2] === SPACE)
    at = nextWord(bytes, nextWord(bytes, at));
  if (bytes[at] !== DASH || bytes[at + 1] !== 100 || bytes[at + 2] !== SPACE) return null;
  const from = at + 3;
  let slash = from;
  for (; ; slash++) {
    const byte = bytes[slash];
    if (byte === SLASH) break;
    if (byte === undefined || byte <= BANG || slash > from + 64) return null;
  }
  if (!bitsAre(bytes, slash + 1, family === 'ipv4' ? '32' : '128')) return null;
  return bytes.toString('latin1', from, slash);
}

/** The same as {@link readTarget}, with the name of a chain. */
export function readTargetName(
  context: Pick<TableContext, 'lines' | 'names'>,
  start: number,
): string | null | undefined {
  const target = readTarget(context, start);
  return typeof target === 'number' ? context.names.text(target) : target;
}

/**
 * Reads the word after `-j` or `-g`.
 * @param start of the rule's line.
 * @returns the number of the chain of this name or the word, null without one, and undefined where only parsing can tell: the
 * word may be an option's value (`--comment -j`), or the rule is not spelt as iptables-save spells it (tabs, two spaces, `--jump`).
 */
export function readTarget(
  { lines: { bytes }, names }: Pick<TableContext, 'lines' | 'names'>,
  start: number,
): number | string | null | undefined {
  let quoted = false;
  let previous = start;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? NEWLINE;
    // Nearly all bytes of a rule are above those that are asked for.
    if (byte > QUOTE && byte !== BACKSLASH) continue;
    if (byte === NEWLINE) return quoted ? undefined : null;
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted && byte === BACKSLASH && bytes[at + 1] !== NEWLINE) at++;
    else if (!quoted && isBlank(byte)) {
      if (byte !== SPACE || isBlank(bytes[at + 1]) || isLongTarget(bytes, at + 1)) return undefined;
      if (bytes[at + 1] === DASH && isTargetLetter(bytes[at + 2]) && isBlank(bytes[at + 3])) {
        if (bytes[previous] === DASH && !isLastWordOfOption(bytes, previous, at)) return undefined;
        return readWord(bytes, names, at + 4);
      }
      previous = at + 1;
    }
  }
  return null;
}

/** Options that stand alone before `-j` in dumps; any other may have taken `-j` as its value. */
const ALONE = new Set(['--rsource', '--rdest', '--validmark', '--invert', '--loose', '--physdev-is-in']);

function isLastWordOfOption(bytes: Buffer, from: number, to: number): boolean {
  return ALONE.has(bytes.toString('latin1', from, to));
}

/** Of `-j` and `-g`. */
function isTargetLetter(byte: number | undefined): boolean {
  return byte === 106 || byte === 103;
}

/** `--jump` and `--goto`, which people write. */
function isLongTarget(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== DASH || bytes[at + 1] !== DASH || !isTargetLetter(bytes[at + 2])) return false;
  const text = bytes.toString('latin1', at, at + 6);
  return text === '--jump' || text === '--goto';
}

/** @returns undefined for a word that is not plain, or none. */
function readWord(bytes: Buffer, names: NameIndex, start: number): number | string | undefined {
  let end = start;
  for (; !endsWord(bytes, end); end++) if (bytes[end] === QUOTE) return undefined;
  if (end === start) return undefined;
  const chain = names.find(start, end);
  return chain === UNKNOWN ? bytes.toString('utf8', start, end) : chain;
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== undefined && byte >= ZERO && byte < COLON; byte = bytes[at]) at++;
  return at;
}

function nextWord(bytes: Buffer, start: number): number {
  let at = start;
  for (let byte = bytes[at]; byte !== undefined && byte > SPACE; byte = bytes[at]) at++;
  return bytes[at] === SPACE ? at + 1 : at;
}

function bitsAre(bytes: Buffer, start: number, bits: string): boolean {
  for (let index = 0; index < bits.length; index++) {
    if (bytes[start + index] !== bits.charCodeAt(index)) return false;
  }
  const after = bytes[start + bits.length];
  return after === undefined || after === SPACE || after === NEWLINE || after === RETURN;
}
