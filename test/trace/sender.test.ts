import { describe, expect, it } from 'vitest';
import { ask, matches, summary, sumsByGiven } from './ask.ts';

const filter = (...options: string[]): string =>
  `*filter\n:FORWARD ACCEPT\n${options.map((option) => `-A FORWARD ${option}`).join('\n')}`;

describe('What follows from what is known of a client?', () => {
  it.each([
    ['? in 10.0.0.0/8', '-s 10.0.0.0/8', 'yes'],
    ['? in 10.0.0.0/8', '-s 0.0.0.0/4', 'yes'],
    ['? in 10.0.0.0/8', '-s 11.0.0.0/8', 'no'],
    ['? in 10.0.0.0/8', '-s 10.1.0.0/16', 'unknown'],
    ['? in 10.0.0.0/8', '! -s 10.1.0.0/16', 'unknown'],
    ['? in 10.0.0.0/8', '-s 0.0.0.0/255.0.0.0', 'no'],
    ['? in 10.0.0.0/8', '-s 0.0.0.1/0.0.0.255', 'unknown'],
    ['? not in 10.0.0.0/8', '-s 10.1.0.0/16', 'no'],
    ['? not in 10.0.0.0/8', '! -s 10.1.0.0/16', 'yes'],
    ['? not in 10.1.0.0/16', '-s 10.0.0.0/8', 'unknown'],
    ['?', '-s 0.0.0.0/0', 'yes'],
    ['? in 10.0.0.0/8', '-m conntrack --ctorigsrc 11.0.0.0/8', 'no'],
    ['?', '-m addrtype --src-type LOCAL', 'no'],
  ] as const)('%s: %s is %s', (from, options, answer) => expect(matches(options, { from })).toBe(answer));
});

describe('Is a client who is not known the same client in every rule?', () => {
  const given = (...options: string[]): string[] =>
    ask(filter(...options), { from: '?' }).outcomes.map(summary);
  it('a prefix is asked once', () =>
    expect(given('-s 10.0.0.0/8', '-s 10.0.0.0/8', '! -s 10.0.0.0/8')).toHaveLength(2));
  it('inside of one is outside of another', () => {
    expect(given('-s 10.0.0.0/8', '-s 11.0.0.0/8')).toHaveLength(3);
    expect(given('-s 10.0.0.0/8', '-s 10.1.0.0/16', '-s 10.1.1.0/24')).toHaveLength(4);
  });
  it('who asks which, in words', () => {
    expect(given('-s 10.0.0.0/8 -j DROP')).toEqual([
      "1 [the client's address lies in 10.0.0.0/8] drop",
      "1 [the client's address lies outside 10.0.0.0/8] accept",
    ]);
  });
  it('shares stay whole whatever comes first', () => {
    const trace = ask(
      filter(
        '-m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x1/0x1',
        '-s 10.0.0.0/8 -m mark --mark 0x1 -j DROP',
      ),
      { from: '?' },
    );
    expect(trace.outcomes.map(summary).sort()).toEqual([
      "0.5 [the client's address lies in 10.0.0.0/8] accept",
      "0.5 [the client's address lies in 10.0.0.0/8] drop",
      "0.5 [the client's address lies outside 10.0.0.0/8] accept",
      "0.5 [the client's address lies outside 10.0.0.0/8] accept",
    ]);
    expect(sumsByGiven(trace)).toEqual([1, 1]);
  });
});
