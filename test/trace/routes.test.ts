import { describe, expect, it } from 'vitest';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { addressOf, ask, destinationOf, only, type Question, rulesOf, sourceOf, sumsByGiven } from './ask.ts';
import { nodeOf } from './node.ts';

const NONE = '*filter\n:FORWARD ACCEPT\n-A FORWARD';
const asked = (question: Question) => only(ask(NONE, question));

/** No route but the one back to the client, which carries the answer. */
const withBack = nodeOf({
  host: {
    routes: {
      ipv4: parseRoutes('[{"dst":"8.8.8.8","dev":"eth0","flags":[]}]', 'ipv4', 'r', new ProblemList()),
      ipv6: parseRoutes('[{"dst":"fd00:1::/64","dev":"eth0","flags":[]}]', 'ipv6', 'r', new ProblemList()),
    },
  },
});

describe('Where does routing send a packet?', () => {
  it('out of the device of its route, to the gateway', () => {
    expect(asked({}).exit).toEqual({ kind: 'interface', name: 'eth0', nextHop: addressOf('192.168.1.254') });
    expect(asked({ to: '10.244.1.5:80' }).exit).toEqual({ kind: 'interface', name: 'cni0', nextHop: null });
  });
  it('to the node, for each of its addresses', () => {
    for (const to of ['192.168.1.1:80', '192.168.1.9:80', '172.16.0.1:80', '10.244.1.1:80'])
      expect(asked({ to })).toMatchObject({ verdict: 'accept', exit: { kind: 'local' } });
  });
  it.each([
    ['no route', withBack, 'reject', 'no-route', 'icmp-net-unreachable'],
    [
      'unreachable',
      nodeOf({ routes: ['unreachable 8.8.4.0/24'] }),
      'reject',
      'unreachable',
      'icmp-host-unreachable',
    ],
    ['prohibit', nodeOf({ routes: ['prohibit 8.8.4.0/24'] }), 'reject', 'prohibit', 'icmp-admin-prohibited'],
    ['blackhole', nodeOf({ routes: ['blackhole 8.8.4.0/24'] }), 'drop', 'blackhole', null],
    ['ip_forward off', nodeOf({ sysctls: { 'net.ipv4.ip_forward': '0' } }), 'drop', 'forwarding-off', null],
    [
      'unreachable, and ip_forward off: nobody is told',
      nodeOf({ routes: ['unreachable 8.8.4.0/24'], sysctls: { 'net.ipv4.ip_forward': '0' } }),
      'drop',
      'forwarding-off',
      null,
    ],
    [
      'rp_filter, and the way back leads elsewhere',
      nodeOf({ sysctls: { 'net.ipv4.conf.all.rp_filter': '1' } }),
      'drop',
      'rp-filter',
      null,
    ],
  ])('%s', (_, host, verdict, code, rejectWith) => {
    const outcome = asked({ host, via: code === 'rp-filter' ? 'eth1' : 'eth0' });
    expect(outcome).toMatchObject({ verdict, reason: { code }, rejectWith, decidedBy: null });
    expect(rulesOf(outcome)).toEqual([]);
  });
  it('loose rp_filter takes any source with a route', () => {
    const host = nodeOf({ sysctls: { 'net.ipv4.conf.all.rp_filter': '2' } });
    expect(asked({ host, via: 'eth1' }).verdict).toBe('accept');
  });
  it('sources that cannot be ones are dropped: the node’s own address, loopback, multicast', () => {
    for (const from of ['192.168.1.1:1', '127.0.0.1:1', '224.0.0.1:1'])
      expect(asked({ from })).toMatchObject({ verdict: 'drop', reason: { code: 'martian-source' } });
    expect(asked({ to: '127.0.0.1:80' })).toMatchObject({
      verdict: 'drop',
      reason: { code: 'martian-destination' },
    });
  });
  it('without routes one to everywhere is taken for granted, and that is said', () => {
    const trace = ask(NONE, { host: nodeOf({ host: { routes: { ipv4: null, ipv6: null } } }) });
    expect(only(trace)).toMatchObject({ verdict: 'accept', exit: null });
    expect(trace.assumptions.map(({ code }) => code)).toContain('routes-not-captured');
  });
  it('each next hop of a multipath route is a way', () => {
    const host = nodeOf();
    const [first, ...others] = nodeOf({ routes: ['8.8.4.0/24 via 192.168.1.7 dev eth0'] }).routes.ipv4 ?? [];
    if (first === undefined) throw new Error('no route');
    const other = { device: 'eth1', gateway: addressOf('172.16.0.7'), weight: 1, usable: true };
    const ipv4 = [{ ...first, nextHops: [...first.nextHops, other] }, ...others];
    const trace = ask(NONE, { host: { ...host, routes: { ...host.routes, ipv4 } } });
    expect(trace.outcomes.map(({ exit }) => exit?.kind === 'interface' && exit.name)).toEqual([
      'eth0',
      'eth1',
    ]);
    expect(sumsByGiven(trace)).toEqual([1, 1]);
  });
});

describe('Which way do packets of the node take?', () => {
  const mangle = '*mangle\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT';
  it('a source that is not bound is the route’s', () => {
    const source = (to: string, host = nodeOf()): string =>
      sourceOf(only(ask(NONE, { via: null, from: '?', to, host })));
    expect(source('8.8.4.4:80')).toBe('192.168.1.1:?');
    expect(source('172.16.0.9:80')).toBe('172.16.0.1:?');
    expect(source('127.0.0.5:80')).toBe('127.0.0.1:?');
    expect(source('10.244.1.1:80')).toBe('10.244.1.1:?');
    // A second address of a network is reached from the first.
    expect(source('192.168.1.9:80')).toBe('192.168.1.1:?');
  });
  it('a rule for the source that routing chose counts', () => {
    const host = nodeOf({
      routes: ['default via 172.16.0.254 dev eth1 table 100'],
      rules: [{ priority: 100, src: '192.168.1.1', table: '100' }],
    });
    const outcome = only(ask(NONE, { via: null, from: '?', host }));
    expect(outcome.exit).toMatchObject({ name: 'eth1' });
    expect(sourceOf(outcome)).toBe('192.168.1.1:?');
  });
  it('a mark from mangle OUTPUT routes anew; OUTPUT keeps seeing the old device, POSTROUTING the new', () => {
    const host = nodeOf({
      routes: ['default via 172.16.0.254 dev eth1 table 100'],
      rules: [{ priority: 100, src: 'all', fwmark: '0x5', table: '100' }],
    });
    const rules = `${mangle}
      -A OUTPUT -j MARK --set-xmark 0x5/0xffffffff
      -A POSTROUTING -o eth1
      *filter
      :OUTPUT ACCEPT
      -A OUTPUT -o eth0`;
    const outcome = only(ask(rules, { via: null, host }));
    expect(rulesOf(outcome)).toEqual(['OUTPUT 1', 'OUTPUT 1', 'POSTROUTING 1']);
    expect(sourceOf(outcome)).toBe('192.168.1.1:40000');
    expect(outcome.turns.map(({ kind }) => kind)).toEqual(['route', 'reroute']);
  });
  it('a mark from nat or filter does not', () => {
    const host = nodeOf({
      routes: ['default via 172.16.0.254 dev eth1 table 100'],
      rules: [{ priority: 100, src: 'all', fwmark: '0x5', table: '100' }],
    });
    const rules = '*nat\n:OUTPUT ACCEPT\n-A OUTPUT -j MARK --set-xmark 0x5/0xffffffff';
    expect(only(ask(rules, { via: null, host })).exit).toMatchObject({ name: 'eth0' });
  });
  const dnat = (to: string): string => `*nat\n:OUTPUT ACCEPT\n-A OUTPUT -j DNAT --to-destination ${to}`;
  it('a rewritten destination routes anew', () => {
    const outcome = only(ask(dnat('10.244.1.5:80'), { via: null }));
    expect(outcome.exit).toMatchObject({ name: 'cni0' });
  });
  it('a loopback source may leave only with route_localnet', () => {
    const question = { via: null, from: '127.0.0.1:1', to: '127.0.0.1:30000' };
    expect(only(ask(dnat('10.244.1.5:80'), question))).toMatchObject({
      verdict: 'drop',
      reason: { code: 'route-localnet-off' },
    });
    const host = nodeOf({ sysctls: { 'net.ipv4.conf.all.route_localnet': '1' } });
    expect(only(ask(dnat('10.244.1.5:80'), { ...question, host })).exit).toMatchObject({ name: 'cni0' });
  });
  it('what has no route is refused to the process at once', () => {
    const host = nodeOf({ routes: ['prohibit 8.8.4.0/24'] });
    expect(only(ask(NONE, { via: null, host }))).toMatchObject({ verdict: 'reject', rejectWith: 'EACCES' });
  });
});

describe('What of IPv6?', () => {
  const question = { from: '[fd00:1::2]:1000', to: '[fd00:9::1]:80' };
  it('is forwarded, delivered and rewritten as IPv4', () => {
    expect(asked(question).exit).toMatchObject({ kind: 'interface', name: 'eth0' });
    expect(asked({ ...question, to: '[fd00:1::1]:80' }).exit).toEqual({ kind: 'local' });
    const rules =
      '*nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n-A PREROUTING -d fd00:9::/64 -j DNAT --to-destination [fd00:244::5]:8080\n-A POSTROUTING -j MASQUERADE';
    const outcome = only(ask(rules, question));
    expect(destinationOf(outcome)).toBe('[fd00:244::5]:8080');
    expect(sourceOf(outcome)).toContain('fd00:244::1:');
  });
  it('without a route is answered with ICMPv6', () => {
    expect(asked({ ...question, host: withBack })).toMatchObject({
      verdict: 'reject',
      rejectWith: 'icmp6-no-route',
    });
  });
});

describe('a policy rule on TOS', () => {
  const host = nodeOf({
    rules: [{ priority: 100, src: 'all', tos: '0x10', table: '100' }],
    routes: ['8.8.4.0/24 dev eth1 table 100'],
  });
  const out = (header: { tos?: number }, rules = ''): unknown =>
    ask(rules, { host, header }).outcomes.map(({ exit }) => (exit?.kind === 'interface' ? exit.name : exit));

  it('takes the packet of which the TOS is known (fib4_rule_match)', () => {
    expect(out({ tos: 0x10 })).toEqual(['eth1']);
    expect(out({ tos: 0x20 })).toEqual(['eth0']);
  });

  it('sees the TOS that a rule wrote before routing', () => {
    expect(out({}, '*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -j TOS --set-tos 0x10/0xff')).toEqual([
      'eth1',
    ]);
  });

  it('leaves open what is not known', () => {
    const why = { code: 'policy-rule', priority: 100, asks: { field: 'tos' } };
    expect(ask('', { host }).assumptions).toContainEqual({ code: 'route-unknown', why });
  });
});
