import { splitPaste } from '../capture/paste/split-paste.ts';
import { recognise } from '../capture/recognise.ts';
import type { SourceText } from '../capture/source.ts';
import type { SourceKind } from '../capture/source-kind.ts';
import { splitConcatenated } from '../capture/split-concatenated.ts';
import type { Family } from '../net/address.ts';
import type { ProblemList } from '../problems/problem.ts';

/** An input whose kind is known. */
export interface SortedSource {
  readonly source: SourceText;
  /** Null where neither content nor name tells. */
  readonly family: Family | null;
}

/** Inputs by kind. */
export type SortedSources = ReadonlyMap<SourceKind, readonly SortedSource[]>;

/** Kinds for which an empty file is a common and full answer: no sets, no legacy tables, a list nobody is in. */
const MAY_BE_EMPTY: ReadonlySet<SourceKind> = new Set([
  'ipset',
  'ipvs',
  'ipvs-connections',
  'recent',
  'conntrack-stats',
  'conntrack-expect',
  'ip-addrlabel',
  'ip-xfrm-policy',
  'sockets',
  'sysctl',
]);

/**
 * Sorts inputs by kind: content decides, the contract's file name helps where content is silent.
 * @param reading `pastes`: a transcript is taken apart into the outputs that it holds. Throws InputError for one of two nodes.
 */
export function sortSources(
  sources: readonly SourceText[],
  problems: ProblemList,
  reading: 'files' | 'pastes' = 'files',
): SortedSources {
  const sorted = new Map<SourceKind, SortedSource[]>();
  const whole = reading === 'files' ? sources : sources.flatMap((source) => blocksOf(source, problems));
  for (const each of whole) {
    for (const source of splitConcatenated(each, recognise(each.head).kind)) {
      const { kind, family } = kindOf(source, problems);
      const list = sorted.get(kind);
      if (list === undefined) sorted.set(kind, [{ source, family }]);
      else list.push({ source, family });
    }
  }
  return sorted;
}

function blocksOf(source: SourceText, problems: ProblemList): readonly SourceText[] {
  return splitPaste(source, recognise(source.head).kind, problems);
}

function kindOf(source: SourceText, problems: ProblemList): { kind: SourceKind; family: Family | null } {
  const { kind, family, looksLike } = recognise(source.head);
  const hints = source.hints;
  if (kind === 'empty') {
    if (hints !== null && MAY_BE_EMPTY.has(hints.kind)) return { kind: hints.kind, family: null };
    const rules = hints?.kind === 'iptables-save';
    if (rules && hints.backend === 'iptables-legacy') return { kind, family: null };
    const asksForRoot = rules || hints === null;
    problems.add('empty-input', { what: 'file', looksLike, asksForRoot }, source.name);
    return { kind, family: null };
  }
  // Written by hand, as the README says, a manifest has no kind of its own: then its name tells.
  if (kind === 'unknown' && hints?.kind === 'manifest' && /^\s*\{/.test(source.head.toString('utf8', 0, 64)))
    return { kind: 'manifest', family: null };
  if (kind === 'unknown') {
    problems.add('unrecognised-input', { looksLike }, source.name);
    return { kind, family: null };
  }
  if (hints !== null && hints.kind !== kind) {
    problems.add('unexpected-content', { kind }, source.name);
    return { kind, family };
  }
  return { kind, family: family ?? hints?.family ?? null };
}

/** The longest text that is turned into one string; V8's own limit is 2^29-24 characters. */
const LONGEST_TEXT = 500 * 1024 * 1024;

/** @returns the input as text, or null, with a problem, where it is too large for that. */
export function textOf(source: SourceText, problems: ProblemList): string | null {
  if (source.bytes.length <= LONGEST_TEXT) return source.bytes.toString('utf8');
  const args = { what: 'text', size: source.bytes.length, limit: LONGEST_TEXT } as const;
  problems.add('too-large', args, source.name);
  return null;
}
