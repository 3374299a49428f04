import type { Remark } from '../../explain/explanation.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import { wrap } from '../wrap.ts';
import type { OutcomeGroup } from './outcome-groups.ts';

/** Remarks of one kind that are told before the rest are counted: fifty stale endpoints need not have fifty lines. */
const SHOWN = 3;

/** Remarks about a group's outcomes: what holds for all stands under the verdict, the rest under the table of endpoints. */
export interface RemarkLines {
  readonly forAll: readonly string[];
  readonly forSome: readonly string[];
}

/** @returns the lines, each remark once. */
export function remarkLines(group: OutcomeGroup, width: number | null, colours: Colours): RemarkLines {
  const counts = new Map<string, { remark: Remark; count: number }>();
  for (const { like } of group.outcomes) {
    for (const remark of like.remarks) {
      const known = counts.get(remark.text) ?? { remark, count: 0 };
      known.count++;
      counts.set(remark.text, known);
    }
  }
  const passes = group.outcomes.some(({ like }) => like.verdict !== 'drop' && like.verdict !== 'reject');
  const lines = (wanted: (count: number) => boolean): string[] =>
    byCode([...counts.values()].filter(({ count }) => wanted(count)).map(({ remark }) => remark)).flatMap(
      (same) => linesOf(same, passes, width, colours),
    );
  const all = group.outcomes.length;
  return { forAll: lines((count) => count === all), forSome: lines((count) => count < all) };
}

function byCode(remarks: readonly Remark[]): Remark[][] {
  const groups = new Map<string, Remark[]>();
  for (const remark of remarks) {
    const same = groups.get(remark.code);
    if (same === undefined) groups.set(remark.code, [remark]);
    else same.push(remark);
  }
  return [...groups.values()];
}

function linesOf(same: readonly Remark[], passes: boolean, width: number | null, colours: Colours): string[] {
  const shown = same.slice(0, SHOWN).map(({ effect, text }) => {
    const paint = { breaks: colours.bad, 'may-break': colours.warning, none: (plain: string) => plain }[
      effect
    ];
    const prefix = effect === 'none' || !passes ? '' : 'but ';
    return wrap(`  ${prefix}${escapeTerminal(text)}`, width, '    ')
      .split('\n')
      .map(paint)
      .join('\n');
  });
  const more = same.length - shown.length;
  return more > 0 ? [...shown, `  … and ${more} more like this (-o json lists all)`] : shown;
}
