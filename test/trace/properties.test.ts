import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { ask, packetOf, sumsByGiven, worldOf } from './ask.ts';
import { nodeOf } from './node.ts';

/** Options of every sort: definite, by chance, unknown, and about the client. */
const option = fc.constantFrom(
  ...['-p tcp', '-p udp', '-i eth0', '! -i cni0', '-s 10.0.0.0/8', '! -s 10.1.0.0/16', '-s 10.1.1.1/32'],
  ...['-m statistic --mode random --probability 0.5', '-m statistic --mode nth --every 3 --packet 0'],
  ...[
    '-m recent --rcheck --name a --rsource',
    '-m recent --set --name a --rsource',
    '-m recent --remove --name a --rsource',
  ],
  ...[
    '-m u32 --u32 "1"',
    '-m u32 ! --u32 "2"',
    '-m limit --limit 1/s',
    '-m mark --mark 0x1/0x1',
    '-m conntrack --ctstate NEW',
  ],
  ...[
    '-m addrtype --dst-type LOCAL',
    '-m set --match-set s src',
    '-m connmark --mark 0x80000000/0x80000000',
    '',
  ],
);
const target = fc.constantFrom(
  ...[
    '-j ACCEPT',
    '-j DROP',
    '-j RETURN',
    '-j A',
    '-j B',
    '-g A',
    '-g B',
    '-j REJECT --reject-with icmp-port-unreachable',
    '',
  ],
  ...[
    '-j MARK --set-xmark 0x1/0x1',
    '-j CONNMARK --save-mark --nfmask 0x1 --ctmask 0x80000000',
    '-j LOG',
    '-j NOSUCH',
  ],
);
const rule = fc.tuple(fc.constantFrom('FORWARD', 'FORWARD', 'A', 'B'), option, option, target);
const rules = fc
  .array(rule, { maxLength: 7 })
  .map(
    (list) =>
      `*mangle\n:FORWARD ACCEPT\n:A -\n:B -\n${list
        .map(([chain, first, second, to]) => `-A ${chain} ${first} ${second} ${to}`)
        .join('\n')}\n*filter\n:FORWARD DROP\n-A FORWARD -m mark --mark 0x1/0x1 -j ACCEPT`,
  );
const question = fc.record({
  from: fc.constantFrom('10.1.1.1:1', '?', '? in 10.0.0.0/8', '? not in 10.1.0.0/16'),
  via: fc.constantFrom('eth0', 'cni0', undefined),
  mark: fc.constantFrom(0, 1, 0xffffffff),
  state: fc.constantFrom(
    'NEW' as const,
    'ESTABLISHED' as const,
    'RELATED' as const,
    'UNTRACKED' as const,
    'INVALID' as const,
  ),
});
const runs = { numRuns: 300 };
const host = nodeOf();

describe('Whatever the rules and the packet', () => {
  it('outcomes with equal conditions add up to 1', () => {
    fc.assert(
      fc.property(rules, question, (text, asked) => {
        const trace = ask(text, { ...asked, host });
        expect(new Set(sumsByGiven(trace))).toEqual(new Set([1]));
        for (const { probability } of trace.outcomes) expect(probability).toBeGreaterThan(0);
      }),
      runs,
    );
  });
  it('the same question has the same answer', () => {
    fc.assert(
      fc.property(rules, question, (text, asked) => {
        const once = json(ask(text, { ...asked, host }));
        expect(json(ask(text, { ...asked, host }))).toBe(once);
      }),
      runs,
    );
  });
  it('nothing of the input changes', () => {
    fc.assert(
      fc.property(rules, question, (text, asked) => {
        const packet = packetOf(asked);
        const world = worldOf(text, packet, { ...asked, host });
        expect(() => tracePacket(deepFreeze(packet), { ...world, host: deepFreeze(host) })).not.toThrow();
      }),
      runs,
    );
  });
  it('what `!` turns round happens in the other ways: yes and no change places, unknown stays', () => {
    const verdicts = (text: string, asked: object): string[] =>
      [
        ...new Set(
          ask(`*filter\n:FORWARD ACCEPT\n${text}`, { ...asked, host }).outcomes.map(({ verdict }) => verdict),
        ),
      ].sort();
    const turnable = fc.constantFrom(
      '-p tcp',
      '-i eth0',
      '-s 10.1.0.0/16',
      '-m u32 --u32 "1"',
      '-m conntrack --ctstate NEW',
      '-m mark --mark 0x1',
    );
    fc.assert(
      fc.property(turnable, question, (options, asked) => {
        const negated = options.replace(/(--?[a-z0-9]+ \S+)$/, '! $1');
        const swapped = verdicts(`-A FORWARD ${negated} -j DROP`, asked).map((verdict) =>
          verdict === 'drop' ? 'accept' : 'drop',
        );
        expect(swapped.sort()).toEqual(verdicts(`-A FORWARD ${options} -j DROP`, asked));
      }),
      runs,
    );
  });
  it('an outcome is told as JSON without loss, its ways not one inside the other', () => {
    fc.assert(
      fc.property(rules, question, (text, asked) => {
        const trace = ask(text, { ...asked, host });
        const back = JSON.parse(json(trace)) as { outcomes: { path: object[] }[] };
        expect(back.outcomes.length).toBe(trace.outcomes.length);
        for (const { path } of back.outcomes)
          for (const entry of path) expect(Object.keys(entry)).not.toContain('before');
      }),
      runs,
    );
  });
});

function json(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const each of Object.values(value)) deepFreeze(each);
  return value;
}
