import { describe, expect, it } from 'vitest';
import { parseListing } from '../../src/iptables/listing/parse-listing.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Trace } from '../../src/trace/outcome.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { packetOf, summary, sumsByGiven } from './ask.ts';
import { nodeOf } from './node.ts';

/** Traces through rules of FORWARD as `iptables -L -v` prints them without `-n`; table nat is listed as empty. */
function trace(...rules: readonly string[]): Trace {
  return traceListing(
    'iptables -t nat -L -v',
    'Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)',
    '',
    ...forward(rules),
  );
}

const forward = (rules: readonly string[]): string[] => [
  'iptables -L -v',
  'Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)',
  ' pkts bytes target     prot opt in     out     source               destination',
  ...rules.map((rule) => `    0     0 ${rule}`),
  '',
];

function traceListing(...lines: readonly string[]): Trace {
  const rulesets = parseListing(
    { name: 'list', bytes: Buffer.from(lines.join('\n')) },
    {},
    new ProblemList(),
  );
  return tracePacket(packetOf({}), { rulesets, host: nodeOf(), flows: null, recoverDestination: () => null });
}

const rule = (target: string, from: string, to: string, more = ''): string =>
  `${target} tcp -- any any ${from} ${to} ${more}`;

describe('a listing of table filter alone', () => {
  const answers = (from: string): string[] =>
    traceListing(...forward([rule('DROP', from, '0.0.0.0/0')])).outcomes.map(summary);
  it('leaves open whether nat rewrites the packet, and says what becomes of it if not', () => {
    expect(answers('0.0.0.0/0')).toEqual([
      '1 [a rule of table nat, which the listing does not show, rewrites the packet] unknown',
      '1 [no rule of table nat, which the listing does not show, rewrites the packet] drop',
    ]);
  });
  it('asks that once for both ends of the packet', () => {
    expect(answers('10.9.9.9')).toEqual([
      '1 [a rule of table nat, which the listing does not show, rewrites the packet] unknown',
      '1 [no rule of table nat, which the listing does not show, rewrites the packet] accept',
    ]);
  });
});

describe('a host name that a listing prints', () => {
  it('is one question, however many rules print it', () => {
    const { outcomes } = trace(
      rule('LOG', 'anywhere', 'db.example.com', 'LOG level warning'),
      rule('LOG', 'anywhere', 'db.example.com', 'LOG level info'),
      rule('DROP', 'anywhere', 'db.example.com'),
    );
    expect(outcomes.map(summary)).toEqual([
      '1 [the address that the listing prints as "-d db.example.com" fits the packet] drop',
      '1 [the address that the listing prints as "-d db.example.com" does not fit the packet] accept',
    ]);
  });

  it('is the same address where a rule asks for any other', () => {
    const { outcomes } = trace(
      rule('DROP', 'anywhere', 'db.example.com'),
      rule('REJECT', 'anywhere', '!db.example.com', 'reject-with icmp-port-unreachable'),
    );
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'reject']);
  });

  it('as source is another question than as destination, and so is another name', () => {
    const both = trace(rule('DROP', 'a.example.com', 'anywhere'), rule('DROP', 'anywhere', 'a.example.com'));
    expect(both.outcomes).toHaveLength(3);
    const two = trace(rule('DROP', 'anywhere', 'a.example.com'), rule('DROP', 'anywhere', 'b.example.com'));
    expect(two.outcomes).toHaveLength(3);
    expect(new Set([...sumsByGiven(both), ...sumsByGiven(two)])).toEqual(new Set([1]));
  });

  it('so is the name of a port', () => {
    const { outcomes } = trace(
      rule('LOG', 'anywhere', 'anywhere', 'tcp dpt:frobnicate LOG level warning'),
      rule('DROP', 'anywhere', 'anywhere', 'tcp dpt:!frobnicate'),
    );
    expect(outcomes.map(summary).sort()).toEqual([
      '1 [the port that the listing prints as "dpt:frobnicate" does not fit the packet] drop',
      '1 [the port that the listing prints as "dpt:frobnicate" fits the packet] accept',
    ]);
  });
});

describe('a SET rule of a listing', () => {
  it('enters the packet in its set, as that of iptables-save does', () => {
    const { outcomes } = trace(
      rule('SET', 'anywhere', 'anywhere', 'add-set met src exist timeout 30'),
      rule('DROP', 'anywhere', 'anywhere', 'match-set met src'),
    );
    expect(outcomes.map(summary)).toEqual(['1 [] drop']);
  });
});
