import type { Range } from '../net/range.ts';
import { type Unknown, unknown } from './answer.ts';
import type { PacketState, SocketIds } from './state.ts';

const ANY: readonly Range[] = [{ from: 0, to: 0xffffffff }];

/**
 * @param text how the rule says it
 * @returns whether the sending process is of one of these users or groups; what a branch answered before leaves fewer of them
 */
export function askId(
  { ids }: PacketState,
  as: keyof SocketIds,
  ranges: readonly Range[],
  text: string,
): 'yes' | 'no' | Unknown {
  const possible = ids[as] ?? ANY;
  const [inside, outside] = [possible.flatMap(within(ranges)), ranges.reduce(without, possible)];
  if (inside.length === 0) return 'no';
  if (outside.length === 0) return 'yes';
  return unknown({ code: 'owner', as, name: text }, (found, held) => {
    const before = found.ids[as] ?? ANY;
    const left = held ? before.flatMap(within(ranges)) : ranges.reduce(without, before);
    return { ...found, ids: { ...found.ids, [as]: left } };
  });
}

function within(ranges: readonly Range[]): (range: Range) => Range[] {
  return ({ from, to }) =>
    ranges
      .map((other) => ({ from: Math.max(from, other.from), to: Math.min(to, other.to) }))
      .filter((part) => part.from <= part.to);
}

function without(ranges: readonly Range[], cut: Range): Range[] {
  return ranges.flatMap(({ from, to }) =>
    [
      { from, to: Math.min(to, cut.from - 1) },
      { from: Math.max(from, cut.to + 1), to },
    ].filter((part) => part.from <= part.to),
  );
}
