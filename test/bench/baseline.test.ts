import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareWithBaseline, readBaseline, recordOf, writeBaseline } from './baseline.ts';
import { atMostMiB, atMostSeconds, atMostTimes, growsAtMost } from './bounds.ts';
import { benchGroups } from './groups.ts';
import type { Measured } from './measure.ts';

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-baseline-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function measured(
  ...jobs: readonly (readonly [name: string, wallSeconds: number, peakMiB: number | null])[]
) {
  return new Map(
    jobs.map(([name, seconds, peakMiB]): [string, Measured] => [
      name,
      { name, wallSeconds: seconds, cpuSeconds: seconds * 2, peakMiB },
    ]),
  );
}

describe('the recorded baseline', () => {
  it('holds how often the processor time of the yardstick fits in that of each other job', () => {
    const jobs = [{ name: 'trace' }, { name: 'awk', yardstick: true as const }, { name: 'could not run' }];
    const of = measured(['trace', 0.3, 135.4], ['awk', 0.2, null]);
    expect(recordOf(jobs, of, 'awk')).toEqual({ trace: { ratio: 1.5, peakMiB: 135 } });
    expect(recordOf(jobs, of, 'restore --test')).toEqual({});
  });

  it('is told from what has grown by more than a quarter, in time or memory', () => {
    const recorded = {
      a: { ratio: 1, peakMiB: 100 },
      b: { ratio: 1, peakMiB: 100 },
      c: { ratio: 2, peakMiB: 100 },
    };
    const now = {
      a: { ratio: 1.25, peakMiB: 125 },
      b: { ratio: 1.26, peakMiB: 126 },
      c: { ratio: 0.5, peakMiB: null },
      d: { ratio: 9, peakMiB: 900 },
    };
    expect(compareWithBaseline(now, recorded)).toEqual([
      'b: 1.26 × the yardstick, recorded 1 ×',
      'b: 126 MiB, recorded 100 MiB',
    ]);
    expect(compareWithBaseline(now, undefined)).toEqual([]);
  });

  it('keeps the groups that were not measured', () => {
    const path = join(folder, 'baseline.json');
    expect(readBaseline(path)).toEqual({});
    writeBaseline(path, { one: { a: { ratio: 1, peakMiB: 1 } }, two: { a: { ratio: 2, peakMiB: 2 } } });
    writeBaseline(path, { two: { a: { ratio: 3, peakMiB: 3 } } });
    expect(readBaseline(path)).toEqual({
      one: { a: { ratio: 1, peakMiB: 1 } },
      two: { a: { ratio: 3, peakMiB: 3 } },
    });
    writeFileSync(path, 'no JSON');
    expect(() => readBaseline(path)).toThrow(SyntaxError);
  });
});

describe('a bound', () => {
  it('is on the ratio of two jobs, on memory, or on growth', () => {
    const of = measured(['a', 1, 100], ['b', 2, 300]);
    expect(atMostTimes('b', 'a', 2).check(of)).toEqual({ figure: '2.00 ×', holds: true });
    expect(atMostTimes('b', 'a', 1.9).check(of)).toMatchObject({ holds: false });
    expect(atMostSeconds('b', 4).check(of)).toEqual({ figure: '4.0 s', holds: true });
    expect(atMostSeconds('b', 3.9).check(of)).toMatchObject({ holds: false });
    expect(atMostMiB('b', 299, 'why').check(of)).toEqual({ figure: '300 MiB', holds: false });
    expect(growsAtMost('a', 'b', 2.9).check(of)).toEqual({ figure: '2.0 × and 3.0 ×', holds: false });
    expect(growsAtMost('a', 'b', 3).check(of)).toMatchObject({ holds: true });
  });

  it('of the bench names jobs that it runs', () => {
    const capture = { folder: 'f', rulesFile: 'r', rules: 1, bytes: 1, address: 'a', service: 's' };
    const captures = {
      ofEndpoints: () => capture,
      ofFleet: () => 'f',
      ofNativeServices: () => ({ folder: 'f', listing: 'l', text: 't', bytes: 1, address: 'a' }),
      ofOneService: () => capture,
      ofTwoNodes: () => [capture, capture] as const,
      ofFlows: () => capture,
      answerOf: () => 'f',
      withOneEndpointFewer: () => 'f',
    };
    for (const { unit, prepare } of benchGroups('program')) {
      const { jobs, bounds } = prepare(captures);
      const of = measured(...jobs.map(({ name }) => [name, 1, 1] as const));
      expect(of.size).toBe(jobs.length);
      expect(of.has(unit)).toBe(true);
      for (const bound of bounds) expect([bound.text, bound.check(of)]).not.toContain(null);
    }
  });

  it('says nothing where a job could not run', () => {
    const of = measured(['a', 1, null]);
    expect(atMostTimes('a', 'missing', 1).check(of)).toBeNull();
    expect(atMostMiB('a', 1, 'why').check(of)).toBeNull();
    expect(growsAtMost('a', 'missing', 1).check(of)).toBeNull();
    expect(growsAtMost('a', 'a', 2).check(of)).toEqual({
      figure: '1.0 × and memory not measured',
      holds: true,
    });
  });
});
