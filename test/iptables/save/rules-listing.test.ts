import { describe, expect, it } from 'vitest';
import { allRules, read } from '../read.ts';

const NAT = '-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n-P POSTROUTING ACCEPT\n';
const FILTER = '-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n';

function tableOf(text: string): string | undefined {
  return [...(read(text).rulesets[0]?.tables.keys() ?? [])].join(' ');
}

describe('iptables -S', () => {
  it('has policies, chains and rules, and its table is said to be assumed', () => {
    const { rulesets, codes } = read(`${FILTER}-N X\n-A FORWARD -d 10.0.0.1/32 -j X\n`);
    expect(codes).toEqual(['table-assumed']);
    expect(rulesets).toMatchObject([{ form: 'rules-listing', backendAssumed: true, family: 'ipv4' }]);
    expect(rulesets[0]?.tables.get('filter')?.chains.get('FORWARD')).toMatchObject({
      policy: 'DROP',
      line: 2,
    });
  });

  it('may put thousands of rules in front of others, as scripts do: the last is the first, and what is added comes last', () => {
    const marks = Array.from({ length: 4000 }, (_, index) => `-I INPUT -m mark --mark ${index}\n`);
    const started = performance.now();
    const { rulesets } = read(`${FILTER}-A INPUT -j DROP\n${marks.join('')}-A INPUT -j ACCEPT\n`);
    expect(performance.now() - started).toBeLessThan(4000);
    const rules = rulesets[0]?.tables.get('filter')?.chains.get('INPUT')?.rules;
    expect([0, 3999, 4000, 4001].map((index) => rules?.at(index).text)).toEqual([
      '-I INPUT -m mark --mark 3999',
      '-I INPUT -m mark --mark 0',
      '-A INPUT -j DROP',
      '-A INPUT -j ACCEPT',
    ]);
    expect(() => rules?.at(4002)).toThrow(RangeError);
  });

  it('with -v holds counters inside its lines', () => {
    const text =
      '-P INPUT ACCEPT -c 5 6\n-N X\n-A INPUT -p tcp -m comment --comment "-c 1 2" -c 7 8 -j X\n-A X -c 9 10\n';
    const { rulesets } = read(text);
    expect(rulesets[0]?.tables.get('filter')?.chains.get('INPUT')?.counters).toEqual({
      packets: 5,
      bytes: 6,
    });
    expect(allRules(rulesets[0])).toMatchObject([
      { text: '-A INPUT -p tcp -m comment --comment "-c 1 2" -j X', counters: { packets: 7, bytes: 8 } },
      { text: '-A X', counters: { packets: 9, bytes: 10 }, matches: [], target: null },
    ]);
  });

  it.each([
    ['all chains of nat', NAT, 'nat'],
    ['all chains of filter', FILTER, 'filter'],
    ['all chains of mangle', `-P PREROUTING ACCEPT\n-P FORWARD ACCEPT\n-P POSTROUTING ACCEPT\n`, 'mangle'],
    ['all chains of raw', '-P PREROUTING ACCEPT\n-P OUTPUT ACCEPT\n', 'raw'],
    ['a nat target', '-N X\n-A X -j DNAT --to-destination 10.0.0.1\n', 'nat'],
    ['a jump to a Service chain', '-N KUBE-SERVICES\n-A KUBE-SERVICES -j KUBE-SVC-ABC\n', 'nat'],
    ['REJECT', '-N KUBE-SERVICES\n-A KUBE-SERVICES -j REJECT\n', 'filter'],
    ['NOTRACK', '-A OUTPUT -j NOTRACK\n', 'raw'],
    ['nothing', '-N X\n-A X -j RETURN\n', 'filter'],
  ])('is of the table told by %s', (_, text, table) => {
    expect(tableOf(text)).toBe(table);
  });

  it('takes table and family from a command line above it', () => {
    const { rulesets, codes } = read('$ sudo ip6tables -t mangle -S\n-N X\n-A X -j RETURN\n');
    expect(codes).toEqual([]);
    expect(rulesets).toMatchObject([{ family: 'ipv6' }]);
    expect([...(rulesets[0]?.tables.keys() ?? [])]).toEqual(['mangle']);
  });

  it('several outputs in one file are several tables', () => {
    const { rulesets } = read(`${FILTER}-N X\n-A X -s 10.0.0.1/32\n${NAT}-N X\n-A X -j RETURN\n`);
    expect([...(rulesets[0]?.tables.keys() ?? [])]).toEqual(['filter', 'nat']);
  });

  it('several outputs of single chains add up to one table', () => {
    const text =
      '-N KUBE-SVC-A\n-A KUBE-SVC-A -j KUBE-SEP-B\n-N KUBE-SEP-B\n-A KUBE-SEP-B -j DNAT --to-destination 10.0.0.1:80\n';
    const { rulesets } = read(text);
    expect(rulesets).toHaveLength(1);
    expect(allRules(rulesets[0])).toHaveLength(2);
  });

  it('the same chain twice does not double its rules', () => {
    const chain = '-N KUBE-SVC-A\n-A KUBE-SVC-A -d 10.0.0.1/32 -j KUBE-SEP-B\n';
    const { rulesets, codes } = read(chain + chain);
    expect(allRules(rulesets[0])).toHaveLength(1);
    expect(codes).toContain('duplicate-chain');
  });

  it('a chain known from its rules alone has no place and no policy', () => {
    const { rulesets } = read('-A PREROUTING -j KUBE-SERVICES\n');
    expect(rulesets[0]?.tables.get('nat')?.chains.get('PREROUTING')).toMatchObject({
      line: null,
      file: null,
      policy: null,
    });
  });

  it('refuses commands that no listing prints', () => {
    expect(read('-X mine\n-F\n').codes).toEqual(['unreadable-line', 'unreadable-line', 'no-rules']);
  });

  it('both families in one file are told apart', () => {
    const v4 = `${NAT}-N X\n-A X -d 10.0.0.1/32 -j RETURN\n`;
    const families = read(v4 + v4.replace('10.0.0.1/32', 'fd00::1/128')).rulesets.map(
      (ruleset) => ruleset.family,
    );
    expect(families).toEqual(['ipv4', 'ipv6']);
  });
});
