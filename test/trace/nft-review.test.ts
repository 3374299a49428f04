import { describe, expect, it } from 'vitest';
import { readStatement } from '../../src/nftables/json/read-statement.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import type { NftRuleset } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Trace } from '../../src/trace/outcome.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { destinationOf, packetOf, type Question, summary, worldOf } from './ask.ts';

function parse(text: string): NftRuleset {
  const ruleset = parseNftables(Buffer.from(text), 'nft', new ProblemList());
  if (ruleset === null) throw new Error('no rule set');
  return ruleset;
}

/** A packet through native rules alone. */
function trace(text: string, question: Question = {}): Trace {
  const packet = packetOf(question);
  const { family } = packet;
  return tracePacket(packet, {
    ...worldOf({}, packet, question),
    rulesets: [{ family, backend: 'iptables-nft', backendAssumed: false, form: 'save', tables: new Map() }],
    nft: parse(text),
  });
}

function verdicts(text: string, question: Question = {}): string[] {
  return trace(text, question).outcomes.map(summary);
}

/** A rule that drops in the forward hook, and sets in front of it. */
function dropping(rule: string, sets = ''): string {
  return `table inet t {
	${sets}
	chain c {
		type filter hook forward priority filter; policy accept;
		${rule} drop
	}
}
`;
}

function nat(rule: string): string {
  return `table ip t {
	chain n {
		type nat hook prerouting priority dstnat; policy accept;
		${rule}
	}
}
`;
}

describe('a comment of a base chain', () => {
  const base = 'type filter hook forward priority filter; policy drop;';
  it.each([`comment "a; {b"\n${base}`, `${base}\ncomment "a; {b"`])('%s', (head) => {
    const text = `table inet t {\nchain c {\n${head}\ntcp dport 1 accept\n}\n}\n`;
    const chain = parse(text).tables.get('inet t')?.chains.get('c');
    expect([chain?.comment, chain?.base?.hook, chain?.rules.length]).toEqual(['a; {b', 'forward', 1]);
    expect(verdicts(text)).toEqual(['1 [] drop']);
  });
});

describe('a port that a map gives', () => {
  it('is a port in text as in JSON', () => {
    const rules = parse(nat('meta l4proto tcp redirect to :tcp dport map { 80 : 8080 }')).tables;
    const port = {
      map: { key: { payload: { protocol: 'tcp', field: 'dport' } }, data: { set: [[80, 8080]] } },
    };
    expect(rules.get('ip t')?.chains.get('n')?.rules.at(0).statements[1]).toEqual(
      readStatement({ redirect: { port } }),
    );
    for (const [text, addr] of [
      ['10.0.0.1', '10.0.0.1'],
      ['[fd00::1]', 'fd00::1'],
      [
        'ip saddr map { 10.0.0.2 : 10.0.0.3 }',
        {
          map: {
            key: { payload: { protocol: 'ip', field: 'saddr' } },
            data: { set: [['10.0.0.2', '10.0.0.3']] },
          },
        },
      ],
    ] as const)
      expect(
        parse(nat(`dnat to ${text}:tcp dport map { 80 : 8080 } random`))
          .tables.get('ip t')
          ?.chains.get('n')
          ?.rules.at(0).statements[0],
      ).toEqual(readStatement({ dnat: { addr, port, flags: 'random' } }));
  });

  it('says where the packet goes; without it the rule breaks', () => {
    const text = nat('meta l4proto tcp redirect to :tcp dport map { 80 : 8080 }');
    const to = (port: number): string[] =>
      trace(text, { to: `192.168.1.1:${port}` }).outcomes.map(destinationOf);
    expect(to(80)).toEqual(['192.168.1.1:8080']);
    expect(to(81)).toEqual(['192.168.1.1:81']);
    expect(trace(nat('redirect to :8080'), { to: '192.168.1.1:80' }).outcomes.map(destinationOf)).toEqual([
      '192.168.1.1:8080',
    ]);
  });

  it('an address of a redirect is not passed over', () => {
    expect(verdicts(nat('redirect to 10.0.0.9'), { to: '192.168.1.1:80' })).toEqual(['1 [] unknown']);
    const map = nat('redirect to ip saddr map { 8.8.8.8 : 10.0.0.9 }');
    expect(verdicts(map, { to: '192.168.1.1:80' })).toEqual(['1 [] unknown']);
  });
});

describe('a set that is not known whole', () => {
  it('misses nothing for certain where part of the key is not known', () => {
    const cut = `table inet t {
	chain c {
		type filter hook forward priority filter; policy accept;
		ip saddr . tcp dport @s drop
	}
	set s {
		type ipv4_addr . inet_service
		elements = { 10.1.1.1 . 22,`;
    expect(verdicts(cut, { from: '?' }).length).toBe(2);
    const unread = dropping('ip saddr . tcp dport { 10.1.1.1 . 22, 10.1.1.2 . nobody-knows }');
    expect(verdicts(unread, { from: '?' }).length).toBe(2);
    const whole = dropping('ip saddr . tcp dport { 10.1.1.1 . 22 }');
    expect(verdicts(whole, { from: '?' })).toEqual(['1 [] accept']);
  });

  it('takes a key that nobody could read for no fit', () => {
    // Whether the sender is local says nothing of a port that is not understood.
    const text = dropping('tcp dport . fib saddr type { nobody-knows . local }');
    const codes = trace(text, { from: '?' }).outcomes.flatMap(({ given }) =>
      given.map((each) => each.question.code),
    );
    expect(codes).toEqual(['nft-expression', 'nft-expression']);
  });

  it('chance has no share of what it may hold', () => {
    const text = dropping('numgen random mod 4 { 0, nobody-knows }');
    expect(verdicts(text).some((each) => each.startsWith('0.'))).toBe(false);
  });
});

describe('a quota of the rule', () => {
  it.each([
    ['quota over 1 mbytes used 3 mbytes', 'drop'],
    ['quota over 1 mbytes used 1 mbytes', 'drop'],
    ['quota over 1 mbytes used 3 kbytes', 'accept'],
    ['quota over 1 mbytes', 'accept'],
    ['quota 1 mbytes used 3 mbytes', 'accept'],
    ['quota 1 mbytes', 'drop'],
  ])('%s: %s', (quota, verdict) => {
    expect(verdicts(dropping(quota))).toEqual([`1 [] ${verdict}`]);
  });
});

describe('where an answer would leave', () => {
  // 172.16.0.0/24 is behind eth1.
  it.each([
    ['oif 0', '8.8.8.8:1', 'accept'],
    ['oif 0', '172.16.0.9:1', 'drop'],
    ['oif missing', '8.8.8.8:1', 'accept'],
    ['oif missing', '172.16.0.9:1', 'drop'],
    ['oif exists', '8.8.8.8:1', 'drop'],
    ['oif "eth0"', '8.8.8.8:1', 'drop'],
    ['oif "eth1"', '8.8.8.8:1', 'accept'],
    ['oif "eth0"', '172.16.0.9:1', 'accept'],
    ['oif != 0', '8.8.8.8:1', 'drop'],
    ['oifname "eth0"', '8.8.8.8:1', 'drop'],
    ['oifname ""', '172.16.0.9:1', 'drop'],
    ['oif { "eth0", "eth1" }', '8.8.8.8:1', 'drop'],
  ])('fib saddr . iif %s from %s: %s', (result, from, verdict) => {
    expect(verdicts(dropping(`fib saddr . iif ${result}`), { from })).toEqual([`1 [] ${verdict}`]);
  });

  it('asks whether there is one only of a rule that wants one', () => {
    const codes = (rule: string): string[][] =>
      trace(dropping(rule), { from: '?' }).outcomes.map(({ given, verdict }) => [
        verdict,
        ...given.map((each) => `${each.question.code} ${each.held}`),
      ]);
    expect(codes('fib saddr . iif oif exists')).toContainEqual(['drop', 'rpfilter true']);
    expect(codes('fib saddr . iif oif missing')).toContainEqual(['drop', 'nft-expression true']);
    expect(codes('fib saddr . iif oif 0')).toContainEqual(['drop', 'nft-expression true']);
  });
});

describe('types of an address that have no question', () => {
  it('are not one and the same', () => {
    const text = dropping('fib saddr type blackhole accept\n\t\tfib saddr type prohibit');
    expect(trace(text, { from: '?' }).outcomes.length).toBe(3);
  });
});

describe('options of the other family', () => {
  it.each([
    ['exthdr frag missing', '8.8.4.4:80', '8.8.8.8:1', 'accept'],
    ['frag id != 1', '8.8.4.4:80', '8.8.8.8:1', 'accept'],
    ['ip option rr missing', '8.8.4.4:80', '8.8.8.8:1', 'drop'],
    ['ip option rr missing', '[2001:db8::1]:80', '[2001:db8:9::1]:1', 'accept'],
    ['exthdr frag missing', '[2001:db8::1]:80', '[2001:db8:9::1]:1', 'drop'],
  ])('%s of %s from %s: %s', (rule, to, from, verdict) => {
    expect(verdicts(dropping(rule), { to, from })).toEqual([`1 [] ${verdict}`]);
  });
});

describe('flags in JSON', () => {
  it('that are joined two and two are one list', () => {
    const flags = { '|': [{ '|': ['fin', 'syn'] }, 'rst'] };
    const left = { payload: { protocol: 'tcp', field: 'flags' } };
    const match = (right: unknown): unknown => readStatement({ match: { op: '==', left, right } });
    expect(match(flags)).toEqual(match(['fin', 'syn', 'rst']));
    expect(match({ '|': [{ '|': [{ '|': ['fin', 'syn'] }, 'rst'] }, 'ack'] })).toEqual(
      match(['fin', 'syn', 'rst', 'ack']),
    );
  });
});
