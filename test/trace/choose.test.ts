import { describe, expect, it } from 'vitest';
import { unknown } from '../../src/trace/answer.ts';
import { type Branch, decided } from '../../src/trace/branch.ts';
import { choose } from '../../src/trace/choose.ts';
import { initialState } from '../../src/trace/initial-state.ts';
import type { Question } from '../../src/trace/question.ts';
import { Questions } from '../../src/trace/questions.ts';
import { packetOf } from './ask.ts';

const start: Branch = {
  state: initialState(packetOf({})),
  probability: 1,
  path: null,
  given: null,
  turns: null,
  twins: null,
};
const zone = (number: number): Question => ({ code: 'flow-zone', zone: number });
const choices = (...numbers: readonly number[]) =>
  numbers.map((number) => ({ value: number, question: zone(number) }));
const denied = (...numbers: readonly number[]): Branch =>
  numbers.reduce((branch, number) => decided(branch, unknown(zone(number)), false), start);
const taken = (branch: Branch, ...numbers: readonly number[]): number[] =>
  choose(branch, choices(...numbers), new Questions()).map(({ value }) => value);

describe('Which of several ways are taken?', () => {
  it('each that was not denied, and the last without a question', () => {
    expect(taken(start, 1, 2, 3)).toEqual([1, 2, 3]);
    expect(taken(denied(2), 1, 2, 3)).toEqual([1, 3]);
    expect(taken(denied(3), 1, 2, 3)).toEqual([1, 2]);
  });
  it('one where other choices have denied all of them: no packet comes to nothing', () => {
    expect(taken(denied(1), 1)).toEqual([1]);
    expect(taken(denied(1, 2, 3), 1, 2, 3)).toEqual([3]);
  });
});
