import { stripVTControlCharacters } from 'node:util';

/** Two answers compared by their lines. */
export interface ChangedLines {
  /** For each line of the later answer: whether the earlier one lacks it. */
  readonly isNew: readonly boolean[];
  /** Lines of the earlier answer that the later one lacks. */
  readonly gone: readonly string[];
}

/**
 * Compares line by line, wherever a line stands: columns may get wider and rows change places, and kube-proxy writes its rules
 * in another order at every sync. What only runs down (`29 s left`) is no change.
 */
export function changedLines(before: readonly string[], after: readonly string[]): ChangedLines {
  const left = new Map<string, number>();
  for (const line of before) count(left, meaningOf(line), 1);
  const isNew = after.map((line) => {
    const meaning = meaningOf(line);
    const had = (left.get(meaning) ?? 0) > 0;
    if (had) count(left, meaning, -1);
    return !had && meaning !== '';
  });
  const gone: string[] = [];
  for (const line of before.toReversed()) {
    const meaning = meaningOf(line);
    if (meaning === '' || (left.get(meaning) ?? 0) === 0) continue;
    count(left, meaning, -1);
    gone.unshift(line);
  }
  return { isNew, gone };
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function meaningOf(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/\b\d+ s (left|old)\b/g, '… s $1')
    .replace(/\s+/g, ' ')
    .trim();
}
