import { UNKNOWN } from '../../lookup/name-index.ts';
import { baseName } from '../base-options.ts';
import { interpretRule, unreadableRule } from '../interpret.ts';
import type { Counters, Rule } from '../ruleset.ts';
import { formatRuleSyntax, parseRuleSyntax } from '../syntax.ts';
import type { TableContext } from './dump-lines.ts';
import { type PlaceInChain, readPlainRule } from './plain-rule.ts';

/** A rule's text is at most this many bytes; longer lines are no rule of any iptables, and stay unread. */
const LONGEST_RULE = 1 << 20;
const SHOWN_OF_LONG_RULE = 200;

/**
 * Reads the rule whose line starts at this byte.
 * @param number place in the chain, from 1.
 * @returns the rule; one that cannot be read has an `unrecognised` match and target. Never throws.
 */
export function readRule(
  context: TableContext,
  chain: string,
  number: number,
  start: number,
  line: number,
): Rule {
  const { bytes, file } = context.lines;
  let end = bytes.indexOf(10, start);
  if (end < 0) end = bytes.length;
  if (end - start > LONGEST_RULE) {
    const text = `${bytes.toString('utf8', start, start + SHOWN_OF_LONG_RULE)}…`;
    return { chain, number, file, line, text, ...unreadableRule(text) };
  }
  if (bytes[end - 1] === 13) end--;
  const plain = readPlainRule(context, { chain, number, line }, start, end);
  return plain ?? readAnyRule(context, { chain, number, line }, start, end);
}

/** The same for any line. */
export function readAnyRule(
  context: TableContext,
  { chain, number, line }: PlaceInChain,
  start: number,
  end: number,
): Rule {
  const { bytes, file } = context.lines;
  const { text, counters } = splitCounters(bytes.toString('utf8', start, end));
  const isChain = (name: string) => context.names.findText(name) !== UNKNOWN;
  const read = interpretRule(text, context.family, isChain);
  const asks = read.matches.some(({ kind }) => kind !== 'comment');
  const isCut = read.target === null && asks && context.isAlwaysTargeted(chain);
  const meaning = isCut ? { ...unreadableRule(text), counters: read.counters } : read;
  if (meaning.counters === null) return { chain, number, file, line, text, ...meaning, counters };
  return { chain, number, file, line, text: withoutCounters(text), ...meaning };
}

/** @returns the text of the rule whose line starts at this byte, without counters, as {@link readRule} gives it. */
export function readRuleText(bytes: Buffer, start: number): string {
  let end = bytes.indexOf(10, start);
  if (end < 0) end = bytes.length;
  if (end - start > LONGEST_RULE) return `${bytes.toString('utf8', start, start + SHOWN_OF_LONG_RULE)}…`;
  if (bytes[end - 1] === 13) end--;
  const { text } = splitCounters(bytes.toString('utf8', start, end));
  return text.includes(' -c ') ? withoutCounters(text) : text;
}

function splitCounters(line: string): { text: string; counters: Counters | null } {
  if (line.startsWith('-')) return { text: line, counters: null };
  const found = /^\s*(?:\[(\d+):(\d+)\]\s*)?/.exec(line);
  const text = line.slice(found?.[0].length ?? 0);
  if (found?.[1] === undefined) return { text, counters: null };
  return { text, counters: { packets: Number(found[1]), bytes: Number(found[2]) } };
}

/** Takes the `-c 1 2` of `iptables -S -v` out of a rule. */
function withoutCounters(text: string): string {
  const syntax = parseRuleSyntax(text);
  if (syntax === null) return text;
  const parts = syntax.parts.filter((part) => baseName(part.flag.text) !== '-c');
  return formatRuleSyntax({ ...syntax, parts });
}
