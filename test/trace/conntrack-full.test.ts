import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/facts.ts';
import { ask } from './ask.ts';
import { nodeOf } from './node.ts';

const RULES = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j DNAT --to-destination 10.244.1.5:8080';
const SURE =
  'tcp 6 300 ESTABLISHED src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 [ASSURED] mark=0 use=1\n';
const UNSURE =
  'tcp 6 100 SYN_SENT src=1.1.1.3 dst=2.2.2.2 sport=1 dport=2 [UNREPLIED] src=2.2.2.2 dst=1.1.1.3 sport=2 dport=1 mark=0 use=1\n';

function holding(count: number, most: number): Host {
  return nodeOf({
    sysctls: {
      'net.netfilter.nf_conntrack_count': String(count),
      'net.netfilter.nf_conntrack_max': String(most),
    },
  });
}

const verdicts = (...args: Parameters<typeof ask>): string[] =>
  ask(...args).outcomes.map(({ verdict, reason }) => reason?.code ?? verdict);

// __nf_conntrack_alloc: dropped where `nf_conntrack_max` is exceeded and early_drop finds nothing to throw out.
describe('a full conntrack table', () => {
  it('drops a new connection, unless an entry can be thrown out', () => {
    const { outcomes } = ask(RULES, { host: holding(100, 100) });
    expect(outcomes.map(({ verdict, probability }) => [verdict, probability])).toEqual([
      ['drop', 1],
      ['accept', 1],
    ]);
    expect(outcomes[0]?.reason).toEqual({ code: 'conntrack-full', count: 100, most: 100 });
    expect(outcomes.map(({ given }) => given.map(({ question }) => question.code))).toEqual([
      ['conntrack-full'],
      ['conntrack-full'],
    ]);
    // It is dropped before nat.
    expect(outcomes[0]?.path).toEqual([]);
  });

  it('drops for certain where a whole listing has nothing to throw out', () => {
    const host = holding(2, 2);
    expect(verdicts(RULES, { host, flows: SURE + SURE.replace('1.1.1.1', '1.1.1.4') })).toEqual([
      'conntrack-full',
    ]);
    expect(verdicts(RULES, { host, flows: SURE + UNSURE })).toEqual(['conntrack-full', 'accept']);
    // A listing that was cut proves nothing about the rest.
    expect(verdicts(RULES, { host, flows: SURE })).toEqual(['conntrack-full', 'accept']);
  });

  it.each([
    ['room is left', { host: holding(99, 100) }],
    ['0 means no limit', { host: holding(100, 0) }],
    [
      'the connection is known already',
      { host: holding(1, 1), flows: SURE, from: '1.1.1.1:1', to: '2.2.2.2:2' },
    ],
    ['the packet is of an established connection', { host: holding(1, 1), state: 'ESTABLISHED' as const }],
  ])('lets the packet pass where %s', (_, question) => {
    expect(verdicts(RULES, question)).toEqual(['accept']);
  });

  it('lets a packet pass that is not tracked', () => {
    const rules = `*raw\n:PREROUTING ACCEPT\n-A PREROUTING -j NOTRACK\n${RULES}`;
    expect(verdicts(rules, { host: holding(1, 1) })).toEqual(['accept']);
  });

  it('is asked about once, also by a packet of the node that comes back through lo', () => {
    const { outcomes } = ask('*filter\n:OUTPUT ACCEPT', {
      via: null,
      from: '192.168.1.1:4000',
      to: '192.168.1.1:80',
      host: holding(5, 5),
    });
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'accept']);
  });
});
