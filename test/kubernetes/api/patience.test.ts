import { describe, expect, it } from 'vitest';
import { waitBefore } from '../../../src/kubernetes/api/patience.ts';

const answer = (status: number, after?: string) => ({
  status,
  headers: after === undefined ? {} : { 'retry-after': after },
});

describe('How long is waited before a request is sent once more?', () => {
  it.each([
    ['429 with Retry-After: as it says', 1, answer(429, '7'), { ms: 7000, told: true }],
    ['503 with Retry-After: as it says', 9, answer(503, '1'), { ms: 1000, told: true }],
    ['a little, where it says 0', 1, answer(429, '0'), { ms: 500, told: true }],
    ['never longer than half a minute', 1, answer(429, '3600'), { ms: 30_000, told: true }],
    [
      'until a date, where it names one',
      1,
      answer(503, 'Sat, 28 Nov 2026 10:00:05 GMT'),
      { ms: 5000, told: true },
    ],
    ['a date that is over', 1, answer(503, 'Sat, 28 Nov 2026 09:00:00 GMT'), { ms: 500, told: true }],
    ['without it: longer each time', 3, answer(500), { ms: 2000, told: false }],
    ['what cannot be read counts as nothing', 1, answer(429, 'soon'), { ms: 500, told: false }],
    ['a connection that broke', 1, null, { ms: 500, told: false }],
    ['not at all after ten times, whatever it says', 10, answer(429, '1'), null],
    ['nor after four where it says nothing', 4, answer(429), null],
    ['an answer that is one', 1, answer(200, '5'), null],
    ['a refusal', 1, answer(403, '5'), null],
  ])('%s', (_, attempt, given, wait) => {
    expect(waitBefore(attempt, 500, given, Date.parse('2026-11-28T10:00:00Z'))).toEqual(wait);
  });
});
