import { describe, expect, it } from 'vitest';
import { throughOutcomes } from '../../src/connection/cases.ts';
import type { Sees, Way } from '../../src/connection/connection.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { type Given, keyOf, type Question } from '../../src/trace/question.ts';

const open = (queue: string): Question => ({ code: 'queue-listener', queue });
const RECENT: Question = {
  code: 'recent',
  list: 'KUBE-SEP-A',
  subject: { who: 'client', address: null },
  seconds: 10,
  hitcount: null,
  changed: false,
  captured: true,
};

function given(question: Question, held: boolean): Given {
  return { question, key: keyOf(question), held, joined: null };
}

/** Outcomes of which only probability and conditions matter, each with what the client sees. */
function through(...ends: readonly (readonly [Sees, number, ...Given[]])[]) {
  const sees = new Map<Outcome, Sees>();
  const outcomes = ends.map(([end, probability, ...conditions]) => {
    const outcome = { probability, given: conditions } as unknown as Outcome;
    sees.set(outcome, end);
    return outcome;
  });
  const follow = (outcome: Outcome): Way[] => [
    { sees: sees.get(outcome) ?? 'unknown', share: 1, reason: null, legs: [] },
  ];
  return throughOutcomes(outcomes, 'node-1', follow);
}

describe('What does the client see where a node leaves something open?', () => {
  it('the same, whatever the answer is: all of it, also where only some endpoints meet the question', () => {
    const ways = through(
      ['works', 0.5],
      ['works', 0.5, given(open('1'), true)],
      ['works', 0.5, given(open('1'), false)],
    );
    expect(ways.map(({ sees, share }) => [sees, share])).toEqual([['works', 1]]);
  });

  it('unknown, and not half of it lost, where cases agree that do not hold every connection', () => {
    const ways = through(
      ['works', 0.25],
      ['times-out', 0.25],
      ['works', 0.25, given(open('1'), true)],
      ['times-out', 0.25, given(open('1'), true)],
      ['works', 0.25, given(open('1'), false)],
      ['times-out', 0.25, given(open('1'), false)],
    );
    expect(ways).toMatchObject([{ sees: 'unknown', share: 1 }]);
  });

  it.each<[string, Question]>([
    [
      'nftables mode',
      {
        code: 'nft-element',
        table: 'kube-proxy',
        set: 'affinity-AAAAAAAA-shop/web/tcp/__10.0.0.1/80',
        key: '10.0.0.9',
      },
    ],
    [
      'IPVS',
      { code: 'ipvs-template', server: '10.96.0.1:80', seconds: 10, client: null, real: '10.0.0.1:80' },
    ],
  ])(
    'what a new client sees, whom session affinity of %s does not keep at an endpoint yet',
    (_, question) => {
      const ways = through(['times-out', 1, given(question, true)], ['works', 1, given(question, false)]);
      expect(ways.map(({ sees, share }) => [sees, share])).toEqual([['works', 1]]);
    },
  );

  it('unknown because of the question that is open, not of the session affinity that a new client has not', () => {
    const [way] = through(
      ['works', 1, given(RECENT, true)],
      ['works', 1, given(RECENT, false), given(open('1'), true)],
      ['times-out', 1, given(RECENT, false), given(open('1'), false)],
    );
    expect(way).toMatchObject({ sees: 'unknown', reason: { code: 'open-question' } });
    expect(way?.reason).toMatchObject({ given: [{ question: open('1') }] });
  });
});
