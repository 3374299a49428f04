import { describe, expect, it } from 'vitest';
import { answerText } from '../../src/explain/words/question-words.ts';
import { parseListing } from '../../src/iptables/listing/parse-listing.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { ask, packetOf, worldOf } from './ask.ts';

/** The verdict, and what each bucket is taken to have let through. */
function way({ verdict, given }: Outcome): string {
  const answers = given.map(({ question, held }) => `${held ? '' : 'not '}${question.code}`);
  return [verdict, ...answers].join(' ');
}

const LIMIT = '-m limit --limit 1/min --limit-burst 2';

describe('Whose bucket does a limit ask (xt_limit: one for each rule)?', () => {
  it('that of its own rule, also where another table has such a rule at the same place of a chain of the same name', () => {
    const rules = `*raw\n:PREROUTING ACCEPT\n-A PREROUTING ${LIMIT}\n*mangle\n:PREROUTING ACCEPT\n-A PREROUTING ${LIMIT} -j DROP`;
    expect(ask(rules).outcomes.map(way).sort()).toEqual([
      'accept match-limit not match-limit',
      'accept not match-limit not match-limit',
      'drop match-limit match-limit',
      'drop not match-limit match-limit',
    ]);
  });
  it('and of its own backend', () => {
    const rules = (target: string) => `*mangle\n:FORWARD ACCEPT\n-A FORWARD ${LIMIT}${target}`;
    const { outcomes } = ask({ 'iptables-nft': rules(''), 'iptables-legacy': rules(' -j DROP') });
    const buckets = outcomes.map(({ verdict, given }) =>
      [
        verdict,
        ...given.flatMap(({ question, held }) => (question.code === 'match-limit' ? held : [])),
      ].join(),
    );
    expect(buckets).toEqual(expect.arrayContaining(['drop,false,true', 'accept,true,false']));
  });
});

describe('What does a packet find that comes to a bucket twice?', () => {
  const twice = (rules: readonly string[]): string[] => {
    const chain = rules.map((rule) => `-A S ${rule}`).join('\n');
    return ask(`*filter\n:FORWARD ACCEPT\n:S -\n-A FORWARD -j S\n-A FORWARD -j S\n${chain}`)
      .outcomes.map(way)
      .sort();
  };
  it.each([
    ['limit', LIMIT],
    ['hashlimit', '-m hashlimit --hashlimit-upto 1/min --hashlimit-burst 1 --hashlimit-name x'],
    ['quota', '-m quota --quota 100'],
  ])('one that it may have emptied itself (xt_%s.c)', (module, fits) => {
    expect(twice([`${fits} -j RETURN`, '-j DROP'])).toEqual([
      `accept match-${module} match-${module}`,
      `drop match-${module} not match-${module}`,
      `drop not match-${module}`,
    ]);
  });
  it.each([
    ['hashlimit', '-m hashlimit --hashlimit-above 1/min --hashlimit-burst 1 --hashlimit-name x'],
    ['quota', '-m quota ! --quota 100'],
  ])('also where the rule matches what is over it (xt_%s.c)', (module, fits) => {
    expect(twice([`${fits} -j DROP`])).toEqual([
      `accept not match-${module} not match-${module}`,
      `drop match-${module}`,
      `drop not match-${module} match-${module}`,
    ]);
    expect(twice([`${fits} -j MARK --set-mark 1`, '-m mark --mark 1 -j DROP'])).not.toContain(
      'accept match-hashlimit not match-hashlimit',
    );
  });
  it('also as iptables -L prints it, where it does not say which a quota matches', () => {
    const listed = (print: string): string[] => {
      const text = `Chain FORWARD (policy ACCEPT)\ntarget     prot opt source               destination\nS          all  --  0.0.0.0/0            0.0.0.0/0\nS          all  --  0.0.0.0/0            0.0.0.0/0\n\nChain S (2 references)\ntarget     prot opt source               destination\nDROP       all  --  0.0.0.0/0            0.0.0.0/0            ${print}\n`;
      const source = { name: 'listing', bytes: Buffer.from(text) };
      const rulesets = parseListing(source, { family: 'ipv4', table: 'filter' }, new ProblemList());
      const packet = packetOf({});
      return tracePacket(packet, { ...worldOf('', packet, {}), rulesets })
        .outcomes.map(({ verdict, given }) =>
          [verdict, ...given.flatMap(({ question, held }) => ('module' in question ? held : []))].join(),
        )
        .sort();
    };
    expect(listed('limit: above 1/min burst 5')).toEqual(expect.arrayContaining(['drop,false,true']));
    expect(listed('quota: 100 bytes')).toEqual(
      expect.arrayContaining(['accept,false,false', 'drop,false,true']),
    );
    expect(listed('limit: up to 1/min burst 5')).not.toContain('drop,false,true');
  });
  it('and is told so', () => {
    const rules = `*filter\n:FORWARD ACCEPT\n:S -\n-A FORWARD -j S\n-A FORWARD -j S\n-A S ${LIMIT} -j DROP`;
    const again = ask(rules.replace('-j DROP', '-j RETURN\n-A S -j DROP')).outcomes.flatMap(({ given }) =>
      given.flatMap(({ question, held }) => ('writes' in question ? answerText(question, held) : [])),
    );
    expect(again[0]).toBe(
      '"limit --limit 1/min --limit-burst 2" of filter S rule 1 does not match when the packet comes there again (it depends on how full a token bucket is)',
    );
  });
  it('one that was dry for it stays so', () => {
    expect(twice([`${LIMIT} -j DROP`])).toEqual(['accept not match-limit', 'drop match-limit']);
  });
  it.each([
    ['limit rate 1/minute burst 1 packets return', 'counter drop', ['accept 1 1', 'drop 0', 'drop 1 0']],
    ['limit rate over 1/minute burst 1 packets drop', '', ['accept 0 0', 'drop 0 1', 'drop 1']],
    // 60 bytes twice.
    ['meta length 60 quota over 100 bytes used 0 bytes drop', '', ['drop ']],
    ['meta length 60 quota over 120 bytes used 0 bytes drop', '', ['accept ']],
  ])('native rules likewise (nft_limit_eval): %s', (first, second, expected) => {
    const text = `table ip t {\nchain s {\n${first}\n${second}\n}\nchain c {\ntype filter hook forward priority 10; policy accept;\njump s\njump s\n}\n}\n`;
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    const found = ask('*filter\n:FORWARD ACCEPT', { nft, header: { length: 60 } }).outcomes.map(
      ({ verdict, given }) => `${verdict} ${given.map(({ held }) => Number(held)).join(' ')}`,
    );
    expect(found.sort()).toEqual(expected);
  });
});
