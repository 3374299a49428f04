import { describe, expect, it } from 'vitest';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { ask, type Question } from './ask.ts';

// What a run of the lanes found on 2026-11-28 (seeds 547110018 and 356120050).

/** Verdict, reason, and the answers it rests on. */
function way({ verdict, reason, given }: Outcome): string {
  const answers = given.map(({ question, held }) => `${held ? '' : 'not '}${question.code}`);
  return [verdict, ...(reason === null ? [] : [reason.code]), ...answers].join(' ');
}

describe('Is an ICMP error RELATED that a rule of raw gave another destination?', () => {
  const error: Question = {
    protocol: 'icmp',
    icmp: { type: 3, code: 1 },
    state: 'RELATED',
    to: '10.244.1.5',
  };
  const rewriting = (destination: string): string[] => {
    const text = `table ip t {\nchain c {\ntype filter hook prerouting priority -300; policy accept;\nip daddr set ${destination}\n}\n}\n`;
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate INVALID -j DROP';
    return ask(rules, { ...error, nft }).outcomes.map(way);
  };
  it('only if the flow that it quotes has its end there (nf_conntrack_inet_error: outer daddr)', () => {
    expect(rewriting('10.244.1.6')).toEqual(['accept quoted-flow', 'drop not quoted-flow']);
  });
  it('yes where the rule writes what stands there', () => {
    expect(rewriting('10.244.1.5')).toEqual(['accept']);
  });
});
