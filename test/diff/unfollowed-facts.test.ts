import { describe, expect, it } from 'vitest';
import type { Host, Link, Route } from '../../src/host/facts.ts';
import { nodeOf } from '../trace/node.ts';
import { CAPTURED, filter, nat } from './compare.ts';
import { diff, knownWith } from './missing-files.ts';

const RULES =
  nat('-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.5:80') +
  filter('-A FORWARD -m conntrack --ctstate INVALID -j DROP');
const UNTRACKED = filter('-A FORWARD -s 8.8.8.8/32 -j DROP');

const node = (changes: Partial<Host> = {}): Host => ({ ...CAPTURED, ...changes });
const switched = (sysctls: Readonly<Record<string, string>>): Host =>
  node({ sysctls: new Map([...(CAPTURED.sysctls ?? []), ...Object.entries(sysctls)]) });
const withLink = (name: string, change: Partial<Link>): Host =>
  node({
    links: CAPTURED.links?.map((link) => (link.name === name ? { ...link, ...change } : link)) ?? null,
  });
const withDefault = (change: (route: Route) => Route): Host => {
  const ipv4 = CAPTURED.routes.ipv4?.map((route) => (route.destination.mask === 0n ? change(route) : route));
  return node({ routes: { ...CAPTURED.routes, ipv4: ipv4 ?? null } });
};
const compare = (before: Host, after: Host, rules = RULES, budget = 20_000) =>
  diff(knownWith(rules, before), knownWith(rules, after), { budget });

describe('Is it proved that nothing changed, where what changed is not followed?', () => {
  const netfilter = (name: string, value: string): Host =>
    switched({ [`net.netfilter.nf_conntrack_${name}`]: value });
  const conf = (name: string, value: string): Host => switched({ [`net.ipv4.${name}`]: value });

  it.each([
    ['tcp_be_liberal', netfilter('tcp_be_liberal', '0'), netfilter('tcp_be_liberal', '1'), 'INVALID'],
    ['tcp_loose', netfilter('tcp_loose', '1'), netfilter('tcp_loose', '0'), 'INVALID'],
    ['checksum', netfilter('checksum', '1'), netfilter('checksum', '0'), 'INVALID'],
    [
      'a timeout',
      netfilter('tcp_timeout_established', '432000'),
      netfilter('tcp_timeout_established', '60'),
      'forgets',
    ],
    ['a timeout of UDP', netfilter('udp_timeout', '30'), netfilter('udp_timeout', '1'), 'forgets'],
    ['arp_ignore', conf('conf.eth0.arp_ignore', '0'), conf('conf.eth0.arp_ignore', '8'), 'ARP'],
    [
      'the hash of next hops',
      conf('fib_multipath_hash_policy', '0'),
      conf('fib_multipath_hash_policy', '1'),
      'next hop',
    ],
    ['echo requests', conf('icmp_echo_ignore_all', '0'), conf('icmp_echo_ignore_all', '1'), 'echo'],
    ['an MTU', withLink('eth0', { mtu: 1500 }), withLink('eth0', { mtu: 1400 }), 'MTU'],
    [
      'the MTU of a route',
      withDefault((route) => route),
      withDefault((route) => ({ ...route, metrics: 'mtu 1300' })),
      'MTU',
    ],
    ['a lost carrier', withLink('eth0', {}), withLink('eth0', { carrier: false }), 'carrier'],
    [
      'a next hop without carrier',
      withDefault((route) => route),
      withDefault((route) => ({
        ...route,
        nextHops: route.nextHops.map((hop) => ({ ...hop, linkDown: true as const })),
      })),
      'carrier',
    ],
  ])('%s', (_, own, other, word) => {
    for (const [before, after] of [
      [own, other],
      [other, own],
    ] as const) {
      const { identical, proof, state, witnesses } = compare(before, after);
      expect([identical, proof.complete, witnesses]).toEqual([false, false, []]);
      expect(proof.unexplored).toHaveLength(1);
      expect(proof.unexplored.join()).toContain(word);
      expect(state).toHaveLength(1);
    }
  });

  it('what conntrack takes for INVALID is no matter where no rule has connections tracked', () => {
    const host = netfilter('tcp_be_liberal', '1');
    const nft = { ...host, nft: CAPTURED.nft };
    expect(compare(netfilter('tcp_be_liberal', '0'), nft, UNTRACKED).state).toEqual([]);
  });

  it('neither is a sysctl of an interface that one side alone has, and one that a kernel without it goes by', () => {
    expect(compare(node(), conf('conf.cali1.arp_ignore', '1')).state).toEqual([]);
    expect(compare(node(), netfilter('tcp_ignore_invalid_rst', '0')).state).toEqual([]);
    expect(compare(node(), netfilter('tcp_ignore_invalid_rst', '1')).identical).toBe(false);
  });
});

describe('Does a full conntrack table make a difference?', () => {
  const filled = (count: number, most: number): Host =>
    switched({
      'net.netfilter.nf_conntrack_count': String(count),
      'net.netfilter.nf_conntrack_max': String(most),
    });

  it('where it is full on one side alone', () => {
    for (const after of [filled(1000, 1000), filled(216, 100)]) {
      const { identical, witnesses, state } = compare(filled(216, 1000), after, RULES, 300);
      expect(identical).toBe(false);
      expect(new Set(witnesses.map(({ change }) => change))).toEqual(new Set(['dropped']));
      expect(witnesses[0]?.after.given.map(({ code }) => code)).toContain('conntrack-full');
      expect(state.map(({ name }) => name).join()).toContain('nf_conntrack_');
      const [back] = compare(after, filled(216, 1000), RULES, 300).witnesses;
      expect(back?.change).toBe('admitted');
    }
  });

  it('not where it holds more, and has room', () => {
    const { identical, state } = compare(filled(216, 1000), filled(900, 2000));
    expect([identical, state]).toEqual([true, []]);
  });
});

describe('Does a switch hide that a trace asks?', () => {
  it.each(['proxy_arp', 'bc_forwarding', 'force_forwarding'])('%s', (name) => {
    const { state } = compare(node(), switched({ [`net.ipv4.conf.eth0.${name}`]: '1' }), RULES, 10);
    expect(state.map((each) => each.name)).toEqual([`net.ipv4.conf.eth0.${name}`]);
  });
});

describe('How is a policy rule told?', () => {
  it('as `ip rule` spells it, with all that it asks', () => {
    const asks = { fwmark: '0x80', fwmask: '0x80', iif: 'eth0', tos: '0x10', ipproto: 6, dport: 80 };
    const rule = nodeOf({ rules: [{ priority: 100, src: 'all', table: 'main', ...asks }] });
    const { state } = compare(node(), node({ policyRules: rule.policyRules }), RULES, 10);
    expect(state.map(({ kind, name }) => [kind, name])).toEqual([
      [
        'policy-rule',
        '100: from all to all tos 0x10 fwmark 0x80/0x80 iif eth0 ipproto tcp dport 80 lookup main',
      ],
    ]);
  });
});
