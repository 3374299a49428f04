import { describe, expect, it } from 'vitest';
import { answerTo } from './paste.ts';

const TO = ['10.5.0.1:80', '--from', '10.9.0.1'] as const;

const dump = (...rules: readonly string[]): string =>
  `${['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':mine - [0:0]', ...rules, 'COMMIT'].join('\n')}\n`;

const FIRST = '-A FORWARD -s 10.1.0.0/16 -j ACCEPT';
const LAST = '-A FORWARD -s 10.3.0.0/16 -j ACCEPT';

describe('a rule of a dump that cannot be read still stands in its chain', () => {
  it.each([
    ['its first character lost', 'A FORWARD -j DROP'],
    ['its option lost', 'FORWARD -j DROP'],
    ['a character in front', '\\-A FORWARD -j DROP'],
    ['its blank lost', '-AFORWARD -j DROP'],
    ['its chain lost', '-A  -j DROP'],
    ['taken out again', '-D FORWARD -j ACCEPT'],
    ['left out by whoever pasted', '...'],
    ['left out, in words', '[... 12 more rules ...]'],
    ['left out, snipped', '<snip>'],
  ])('%s', async (_, line) => {
    const answer = await answerTo(dump(FIRST, line, LAST), ...TO);
    expect(answer).toContain('if rule 2 of FORWARD, which could not be read');
    expect(answer).toContain('UNKNOWN');
    const behind = await answerTo(dump(FIRST, line, LAST, '-A FORWARD -j DROP'), ...TO);
    expect(behind).toContain('DROP by filter FORWARD rule 4');
  });

  it('a packet that an earlier rule takes never gets there', async () => {
    const answer = await answerTo(
      dump(FIRST, 'A FORWARD -j DROP', LAST),
      '10.5.0.1:80',
      '--from',
      '10.1.0.1',
    );
    expect(answer).not.toContain('could not be read');
  });

  it.each([
    ['a sentence', 'This is the line that I wonder about.'],
    ['a mark', '<--- here'],
    ['a comment', '# -A FORWARD -j DROP'],
  ])('but %s is none', async (_, line) => {
    expect(await answerTo(dump(FIRST, line, LAST), ...TO)).not.toContain('UNKNOWN');
  });

  it('between two chains it may be of either, and of one between', async () => {
    const text = dump('-A INPUT -s 10.1.0.0/16 -j ACCEPT', '-j DROP -m comment', '-A OUTPUT -j mine');
    for (const question of [TO, ['node:80', '--from', '10.9.0.1'], ['10.5.0.1:80', '--from', 'node']])
      expect(await answerTo(text, ...question)).toContain('UNKNOWN');
    expect(await answerTo(text, '10.5.0.1:80', '--from', 'node')).toContain('rule 1 of OUTPUT');
    expect(await answerTo(text, 'node:80', '--from', '10.9.0.1')).toContain('rule 2 of INPUT');
  });

  it('at the end of the table it may be of a chain behind', async () => {
    const text = dump('-A INPUT -s 10.1.0.0/16 -j ACCEPT', 'FORWARD -j DROP');
    expect(await answerTo(text, ...TO)).toContain('rule 1 of FORWARD, which could not be read');
    const later = dump('-A OUTPUT -j mine', 'mine -j DROP');
    expect(await answerTo(later, ...TO)).not.toContain('UNKNOWN');
  });
});

describe('a listing whose head is lost', () => {
  const listing = (head: string): string =>
    [
      'Chain INPUT (policy ACCEPT 0 packets, 0 bytes)',
      ' pkts bytes target     prot opt in     out     source               destination',
      '    0     0 ACCEPT     all  --  *      *       10.9.0.0/16          0.0.0.0/0',
      head,
      ' pkts bytes target     prot opt in     out     source               destination',
      '    0     0 DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0',
      '',
    ].join('\n');

  it.each(['hain FORWARD (policy DROP)', 'Chain (1 references)'])(
    '%j does not give its rules to the chain before it',
    async (head) => {
      expect(await answerTo(listing(head), 'node:80', '--from', '10.8.0.1')).not.toContain('DROP');
    },
  );

  it('but a chain whose head is whole has them', async () => {
    const text = listing('Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)');
    expect(await answerTo(text, ...TO)).toContain('DROP by filter FORWARD rule 1');
  });

  it('a row that was left out is a rule of its chain', async () => {
    const text = listing('...').replace(/^ pkts.*\n {4}0.*DROP.*\n/m, '');
    expect(await answerTo(text, 'node:80', '--from', '10.8.0.1')).toContain(
      'rule 2 of INPUT, which could not be read ("...")',
    );
  });
});

describe('a rule that is put in front of others', () => {
  const rules = ['-A FORWARD -j ACCEPT', '-A FORWARD -j ACCEPT'];

  it.each([
    ['-I FORWARD -j DROP', 1],
    ['-I FORWARD 1 -j DROP', 1],
  ])('%s comes first', async (line, number) => {
    const answer = await answerTo(dump(...rules, line), ...TO);
    expect(answer).toContain(`DROP by filter FORWARD rule ${number}`);
  });

  it('stands where it says', async () => {
    const second = dump(...rules, '-I FORWARD 2 -j DROP', '-I FORWARD 1 -s 10.1.0.0/16 -j REJECT');
    expect(await answerTo(second, ...TO)).not.toContain('DROP');
    expect(await answerTo(second, '10.5.0.1:80', '--from', '10.1.0.1')).toContain('FORWARD rule 1');
    const before = dump(FIRST, LAST, '-I FORWARD 2 -j DROP', '-A FORWARD -j ACCEPT');
    expect(await answerTo(before, ...TO)).toContain('DROP by filter FORWARD rule 2');
  });

  it('by the commands of a script, with the policy that it sets', async () => {
    const script = [
      '#!/bin/sh',
      'iptables -P FORWARD DROP',
      'iptables -A FORWARD -s 10.9.0.0/16 -j ACCEPT',
      'iptables -I FORWARD -d 10.5.0.1/32 -j REJECT',
    ].join('\n');
    expect(await answerTo(`${script}\n`, ...TO)).toContain(
      'REJECT with icmp-port-unreachable by filter FORWARD rule 1',
    );
    expect(await answerTo(`${script}\n`, '10.5.0.2:80', '--from', '10.8.0.1')).toContain(
      'DROP by the policy of filter FORWARD',
    );
  });
});
