import type { TraceDiagnosis } from '../../diagnose/trace-diagnosis.ts';
import type { Note } from '../../explain/explanation.ts';
import type { OutcomeItem, TraceItem } from '../../explain/trace-list.ts';
import { isAffinityList } from '../affinity.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import { wrap } from '../wrap.ts';
import { groupOutcomes } from './outcome-groups.ts';

/**
 * @param likeOf tells outcomes that fare alike, of which one is looked at; absent: each is
 * @returns what answers take for granted, and what would settle what they leave open; the empty string where there is nothing
 */
export function renderNotes(
  items: readonly TraceItem[],
  width: number | null,
  colours: Colours,
  likeOf: TraceDiagnosis['likeOf'] = (outcome) => outcome,
): string {
  const assumed = uniqueNotes(items.flatMap(({ assumptions }) => assumptions));
  const open = uniqueNotes(items.flatMap((item) => openNotes(item, likeOf)));
  const settled = [...new Set(open.flatMap(({ settle }) => (settle === null ? [] : [settle])))];
  const lines = [
    ...(assumed.length === 0
      ? []
      : [colours.heading('taken for granted'), ...assumed.map((note) => noteText(note, width))]),
    ...(settled.length === 0
      ? []
      : [
          colours.heading('to settle what is open'),
          ...settled.slice(0, 6).map((text) => wrap(`  ${escapeTerminal(text)}`, width, '    ')),
        ]),
  ];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** What a further capture could settle: conditions that the answer tells, and reasons of what is unknown. */
function openNotes({ outcomes }: TraceItem, likeOf: TraceDiagnosis['likeOf']): Note[] {
  return groupOutcomes(outcomes).flatMap((group) => {
    const ways = oneOfAlike(
      group.outcomes.flatMap((one) => one.ways),
      likeOf,
    );
    const byAffinity = group.sticky || group.given.some(isAffinityList);
    const lists = byAffinity ? [...new Set(ways.map(({ given }) => given))] : [];
    const affinity = onePerWay(lists.flatMap((given) => given.filter(isAffinityList)));
    const reasons = ways.flatMap(({ verdict, reason }) =>
      verdict === 'unknown' && reason !== null ? [reason] : [],
    );
    return [...group.given, ...group.cases.flat(), ...affinity, ...reasons];
  });
}

/** @returns the first of the ways that fare alike. */
function oneOfAlike(ways: readonly OutcomeItem[], likeOf: TraceDiagnosis['likeOf']): OutcomeItem[] {
  const first = new Map<OutcomeItem, OutcomeItem>();
  for (const way of ways) if (!first.has(likeOf(way))) first.set(likeOf(way), way);
  return [...first.values()];
}

/** Lists of 5,000 endpoints are settled in one way. */
function onePerWay(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [note.settle, note])).values()];
}

function noteText({ text, settle }: Note, width: number | null): string {
  const way = settle === null ? '' : ` (${escapeTerminal(settle)})`;
  return wrap(`  ${escapeTerminal(text)}${way}`, width, '    ');
}

/** @returns notes of which no two say the same. */
export function uniqueNotes(list: readonly Note[]): Note[] {
  return [...new Map(list.map((note) => [note.text, note])).values()];
}
