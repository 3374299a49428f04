import { describe, expect, it } from 'vitest';
import { agreementSentence } from '../../src/render/flows/agreement.ts';

describe('How do live flows compare with the rules, in a sentence?', () => {
  it.each([
    [9, 0, 0, 'none of 9 translated flows could be compared with the rules'],
    [1, 0, 0, 'the one translated flow could not be compared with the rules'],
    [9, 1, 0, '1 of 9 translated flows is what the rules say; 8 could not be compared'],
    [9, 7, 0, '7 of 9 translated flows are what the rules say; 2 could not be compared'],
    [9, 0, 9, '0 of 9 translated flows are what the rules say; 9 are not (9 stuck)'],
    [9, 7, 1, '7 of 9 translated flows are what the rules say; 1 is not (1 stuck); 1 could not be compared'],
    [9, 9, 0, 'all 9 translated flows are what the rules say'],
  ])('of %i, %i agree and %i differ', (translated, agree, differ, sentence) => {
    const causes = differ === 0 ? [] : [{ cause: 'stale' as const, flows: differ }];
    const notCompared = translated - agree - differ;
    const summary = { translated, agree, differ, notCompared, causes, differing: [], settle: null };
    expect(agreementSentence(summary)).toBe(sentence);
  });
});
