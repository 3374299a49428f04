import { describe, expect, it } from 'vitest';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { ask, type Question } from './ask.ts';

const process: Question = { from: '192.168.1.1:1000', via: null };

/** The answers about its process that a packet of the node has come to its end with. */
function ways(rules: string, question: Question = process): string[] {
  return ask(rules, question)
    .outcomes.map(({ verdict, given }) =>
      [
        verdict,
        ...given.map(({ question: asked, held }) =>
          asked.code === 'owner' ? `${held ? '' : 'not '}${asked.as} ${asked.name}` : asked.code,
        ),
      ].join(', '),
    )
    .sort();
}

describe('Is a process of two users at once (xt_owner.c, nft_meta_get_eval_skugid)?', () => {
  const output = (...rules: readonly string[]): string =>
    `*filter\n:OUTPUT ACCEPT\n${rules.map((rule) => `-A OUTPUT -m owner ${rule}`).join('\n')}`;

  it('who is one is no other, and who is none of some may be any other', () => {
    expect(ways(output('--uid-owner 1337 -j ACCEPT', '--uid-owner 1000-2000 -j DROP'))).toEqual([
      'accept, not user 1337, not user 1000-2000',
      'accept, user 1337',
      'drop, not user 1337, user 1000-2000',
    ]);
    expect(ways(output('--uid-owner 0-9', '--uid-owner 5 -j DROP', '--uid-owner 20 -j DROP'))).toEqual([
      'accept, not user 0-9, not user 20',
      'accept, user 0-9, not user 5',
      'drop, not user 0-9, user 20',
      'drop, user 0-9, user 5',
    ]);
    expect(ways(output('--uid-owner 0-9 -j ACCEPT', '--uid-owner 3-7 -j DROP'))).toEqual([
      'accept, not user 0-9',
      'accept, user 0-9',
    ]);
  });
  it('groups are asked by themselves', () => {
    expect(ways(output('--uid-owner 1337 -j ACCEPT', '--gid-owner 1337 -j DROP'))).toHaveLength(3);
  });
  it('native rules and those of iptables ask the same process', () => {
    const text =
      'table ip t {\nchain c {\ntype filter hook output priority 10; policy accept;\nmeta skuid { 3, 1337 } drop\n}\n}\n';
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    expect(ways(output('--uid-owner 1337 -j ACCEPT'), { ...process, nft })).toEqual([
      'accept, not user 1337, not user 3',
      'drop, not user 1337, user 3',
      'drop, user 1337',
    ]);
  });
});
