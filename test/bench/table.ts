import type { Recorded } from './baseline.ts';
import type { Measured } from './measure.ts';

/** @returns a table of medians, with how often the yardstick fits in each and how often it did when that was recorded. */
export function formatMeasured(
  measured: ReadonlyMap<string, Measured>,
  unit: string,
  recorded: Readonly<Record<string, Recorded>> | undefined,
): string {
  const base = measured.get(unit)?.wallSeconds;
  const rows = [...measured.values()].map(({ name, wallSeconds, userSeconds, peakMiB }) =>
    formatRow(
      name,
      wallSeconds.toFixed(2),
      userSeconds?.toFixed(2) ?? '-',
      peakMiB?.toFixed(0) ?? '-',
      base === undefined ? '-' : (wallSeconds / base).toFixed(2),
      recorded?.[name]?.ratio.toFixed(2) ?? '-',
    ),
  );
  return [formatRow('', 'wall s', 'user s', 'peak MiB', `× ${unit}`, 'recorded'), ...rows, ''].join('\n');
}

function formatRow(name: string, ...cells: string[]): string {
  return `  ${name.padEnd(32)}${cells.map((cell) => cell.padStart(17)).join('')}`.trimEnd();
}
