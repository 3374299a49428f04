import { describe, expect, it } from 'vitest';
import { interpretRule } from '../../src/iptables/interpret.ts';
import type { Rule } from '../../src/iptables/ruleset.ts';
import { lowered } from '../../src/rules/lowered-rule.ts';
import { just } from '../../src/rules/value-set.ts';

function ruleOf(options: string): Rule {
  const text = `-A INPUT ${options}`;
  const meaning = interpretRule(text, 'ipv4', () => false);
  return { chain: 'INPUT', number: 1, file: 'rules', line: 1, text, ...meaning };
}

/** What a rule asks, each test as `field`, with `!` where it is negated and what absence means where it is not the end. */
function askedBy(options: string): string[] {
  return lowered(ruleOf(options)).tests.map(({ field, negated, absent }) =>
    [negated ? '!' : '', field, absent === 'breaks' ? '' : ` ${absent}`].join(''),
  );
}

describe('What does a rule of iptables ask?', () => {
  it.each<[string, string[]]>([
    ['-s 10.0.0.0/8 ! -d 10.1.0.0/16', ['ip.saddr', '!ip.daddr']],
    // A port is one of TCP only because the rule asks for TCP; asked twice it is asked once.
    ['-p tcp -m tcp --dport 80', ['meta.l4proto', 'th.dport']],
    ['-p tcp -m tcp --sport 1 ! --dport 80', ['meta.l4proto', 'th.sport', '!th.dport']],
    ['-p tcp -m multiport --ports 1,2', ['meta.l4proto', 'meta.l4proto', 'th.port']],
    ['-p icmp -m icmp --icmp-type 8', ['meta.l4proto', 'icmp.type-code']],
    // Protocol 0 is not compared at all, negated or not; comments and accounting hold always.
    ['-p 0', []],
    ['! -p 0 -m comment --comment "x" -m nfacct --nfacct-name n', []],
    // A forwarded packet has no socket: the question is answered no, and the negated one yes.
    ['-m owner --uid-owner 0', ['meta.skuid differs']],
    ['-m connmark --mark 1', ['ct.mark']],
  ])('%s', (options, asked) => {
    expect(askedBy(options)).toEqual(asked);
  });
});

describe('What becomes of options of -m conntrack where there is no connection?', () => {
  it('beside a state they pass unasked; without one they break', () => {
    expect(askedBy('-m conntrack --ctstate INVALID --ctproto 6')).toEqual(['ct.state', 'ct.protocol passes']);
    expect(askedBy('-m conntrack --ctproto 6')).toEqual(['ct.protocol']);
  });
  it('a state of another -m conntrack of the rule does not count', () => {
    expect(askedBy('-m conntrack --ctstate INVALID -m conntrack --ctproto 6')).toEqual([
      'ct.state',
      'ct.protocol',
    ]);
  });
});

describe('What does a rule of iptables do?', () => {
  it.each([
    ['-j DSCP --set-dscp 1', { kind: 'set-tos', value: 4, mask: 0xfc }],
    ['-j LOG --log-prefix x', { kind: 'note' }],
    ['-j TCPMSS --set-mss 1200', { kind: 'segment-size', text: 'TCPMSS --set-mss 1200' }],
    ['-j CT --zone-reply mark', { kind: 'zone', original: 0, reply: 'mark', text: 'CT --zone-reply mark' }],
  ])('%s', (options, effect) => {
    expect(lowered(ruleOf(options)).effect).toEqual(effect);
  });
  it('nothing where it only counts', () => {
    expect(lowered(ruleOf('-p tcp'))).toMatchObject({
      tests: [{ field: 'meta.l4proto', in: just(6) }],
      effect: null,
    });
  });
});
