import { expect, test } from 'vitest';
import type { Unknown } from '../../src/trace/answer.ts';
import { answered, type Branch, decided } from '../../src/trace/branch.ts';
import type { Question } from '../../src/trace/question.ts';

const START = { given: null } as unknown as Branch;

/** Whether a list of recent clients holds the sender; `read` is told whenever somebody looks at the question. */
function listQuestion(list: string, read: () => void = () => {}): Unknown {
  const question = { list, seconds: 10, address: null } as unknown as Question;
  const code = (): string => {
    read();
    return 'recent';
  };
  Object.defineProperty(question, 'code', { get: code, enumerable: true });
  return { kind: 'unknown', key: `recent ${list}`, question };
}

function missed(branch: Branch, ...lists: readonly string[]): Branch {
  return lists.reduce((one, list) => decided(one, listQuestion(list), false), branch);
}

test('Does a branch know what it answered, and not what one that forked off before answered?', () => {
  const common = missed(START, 'a', 'b', 'c');
  const first = missed(common, 'd', 'e');
  const second = missed(common, 'f', 'g');
  const hit = decided(second, listQuestion('h'), true);
  const after = missed(hit, 'd', 'i');
  const known = (branch: Branch): string =>
    [...'abcdefghi']
      .map((list) => ({ true: '+', false: '-', null: '?' })[`${answered(branch, listQuestion(list))}`])
      .join('');
  expect([common, first, second, hit, after].map(known)).toEqual([
    '---??????',
    '-----????',
    '---??--??',
    '---??--+?',
    '----?--+-',
  ]);
});

test('Is the client looked for in 2,000 lists without going through all earlier answers for each?', () => {
  let reads = 0;
  let branch = START;
  for (let at = 0; at < 2000; at++) {
    const question = listQuestion(`list ${at}`, () => reads++);
    expect(answered(branch, question)).toBeNull();
    branch = decided(branch, question, false);
  }
  expect(answered(branch, listQuestion('list 7'))).toBe(false);
  // A few for each list. Through all earlier answers it would be two millions.
  expect(reads).toBeLessThan(20 * 2000);
});
