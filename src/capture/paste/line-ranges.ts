const MOST_RANGES = 8;

/**
 * @param indices ascending, from 0
 * @returns `line 3`, `lines 1-4, 9`.
 */
export function lineRanges(indices: readonly number[]): string {
  const found: [number, number][] = [];
  for (const index of indices) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else found.push([index, index]);
  }
  const shown = found
    .slice(0, MOST_RANGES)
    .map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}-${to + 1}`));
  const more = found.length > MOST_RANGES ? ', …' : '';
  return `${indices.length === 1 ? 'line' : 'lines'} ${shown.join(', ')}${more}`;
}
