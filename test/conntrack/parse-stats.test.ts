import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConntrackStats } from '../../src/conntrack/parse-stats.ts';
import { ProblemList } from '../../src/problems/problem.ts';

describe('conntrack -S', () => {
  it('is summed over the CPUs', () => {
    const text = readFileSync(join(import.meta.dirname, '../../fixtures/demo/conntrack-stats.txt'), 'utf8');
    const problems = new ProblemList();
    const stats = parseConntrackStats(text, 'S', problems);
    expect(stats?.cpus).toHaveLength(2);
    expect(stats?.totals.get('found')).toBe(36);
    expect(stats?.totals.get('invalid')).toBe(20);
    expect(problems.list()).toEqual([]);
  });

  it('keeps counters that other kernels have, and says which line is none', () => {
    const problems = new ProblemList();
    const stats = parseConntrackStats('cpu=3   searched=1 insert_failed=7\nwhat\n', 'S', problems);
    expect(stats?.cpus[0]?.cpu).toBe(3);
    expect(Object.fromEntries(stats?.totals ?? [])).toEqual({ searched: 1, insert_failed: 7 });
    expect(problems.list()).toMatchObject([{ line: 2 }]);
    expect(parseConntrackStats('', 'S', problems)).toBeNull();
  });
});
