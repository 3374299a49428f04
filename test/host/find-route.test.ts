import { describe, expect, it } from 'vitest';
import { type Host, UNKNOWN_HOST } from '../../src/host/facts.ts';
import { findRoute } from '../../src/host/find-route.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import type { RouteQuery } from '../../src/host/route-query.ts';
import { formatAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { address, LINKS, node, query, ROUTES, rules } from './hosts.ts';

/** The answer in the words of `ip route get`. */
function get(host: Host, destination: string, changes: Partial<RouteQuery> = {}): string {
  const answer = findRoute(host, query(destination, changes));
  if (answer.kind !== 'route') return answer.kind === 'unknown' ? `unknown ${answer.why.code}` : answer.kind;
  const via = answer.gateway === null ? '' : ` via ${formatAddress(answer.gateway)}`;
  return `${answer.type}${via} dev ${answer.device}`;
}

describe('a route by destination alone', () => {
  it.each([
    ['8.8.8.8', 'unicast via 192.168.100.254 dev eth0'],
    ['10.244.1.20', 'unicast dev cni0'],
    ['10.244.2.20', 'unicast via 192.168.100.12 dev eth0'],
    ['192.168.100.11', 'local dev lo'],
    ['127.3.4.5', 'local dev lo'],
    ['0.0.0.0', 'local dev lo'],
    ['192.168.100.255', 'broadcast dev eth0'],
    ['255.255.255.255', 'broadcast dev eth0'],
    ['224.0.0.1', 'multicast dev eth0'],
    ['10.51.0.1', 'blackhole'],
    ['10.52.0.1', 'unreachable'],
    ['10.53.0.1', 'prohibit'],
    ['10.54.0.1', 'no-route'],
    ['10.55.0.1', 'unicast via fe80::99 dev eth0'],
    ['10.57.0.1', 'unicast via 172.31.0.9 dev int0'],
    ['10.58.0.1', 'unicast via 172.31.0.8 dev int0'],
    ['10.99.0.1', 'unicast via 192.168.100.254 dev eth0'],
    ['fd00:10:244:2::5', 'unicast via fd00:192:168:100::12 dev eth0'],
    ['fd00:10:244:1::1', 'local dev lo'],
    ['fd00:10:244:1::', 'anycast dev lo'],
    ['fd00:5::1', 'unicast via fe80::2 dev int0'],
    ['fd00:8::1', 'unreachable'],
    ['ff02::1', 'multicast dev eth0'],
    ['2001:db8::1', 'unicast via fd00:192:168:100::254 dev eth0'],
  ])('%s: %s', (destination, expected) => {
    expect(get(node(), destination)).toBe(expected);
  });

  it('lists the other next hops of a multipath route', () => {
    const answer = findRoute(node(), query('10.50.1.1'));
    expect(answer).toMatchObject({ device: 'eth0', alternatives: [{ device: 'int0', weight: 5 }] });
  });

  it('takes only next hops through the device a socket is bound to, and a neighbour there where no route has it', () => {
    expect(get(node(), '10.50.1.1', { outInterface: 'int0' })).toBe('unicast via 172.31.0.2 dev int0');
    expect(get(node(), '10.244.2.20', { outInterface: 'cni0' })).toBe('unicast dev cni0');
  });

  it('uses a route for one TOS for that TOS only, and says so where the TOS is not known', () => {
    expect(get(node(), '10.56.0.1', { tos: 0x10 })).toBe('unicast via 192.168.100.3 dev eth0');
    expect(get(node(), '10.56.0.1', { tos: 0 })).toBe('unicast via 192.168.100.254 dev eth0');
    expect(get(node(), '10.56.0.1')).toBe('unknown tos');
  });

  it('uses an IPv6 route with `from` for its senders only', () => {
    const pod = address('fd00:10:244:1::20');
    expect(get(node(), 'fd00:6::1', { source: pod })).toBe('unicast via fe80::3 dev int0');
    expect(get(node(), 'fd00:6::1')).toBe('unicast via fd00:192:168:100::254 dev eth0');
    expect(get(node(), 'fd00:6::1', { source: null })).toBe('unknown source');
  });

  it('keeps link-local destinations on the interface of the packet', () => {
    expect(get(node(), 'fe80::77', { inInterface: 'int0' })).toBe('unicast dev int0');
    expect(get(node(), 'fe80::77')).toBe('unicast dev eth0');
  });
});

describe('policy rules', () => {
  const marked = node({}, rules({ priority: 100, src: 'all', fwmark: '0x10', fwmask: '0xf0', table: '100' }));

  it('sends a marked packet to the table of its rule', () => {
    expect(get(marked, '10.99.0.1', { mark: 0x17 })).toBe('unicast via 172.31.0.7 dev int0');
    expect(get(marked, '10.99.0.1', { mark: 0x27 })).toBe('unicast via 192.168.100.254 dev eth0');
  });

  it('is unknown where the mark is, unless every way leads to the same route', () => {
    expect(get(marked, '10.99.0.1', { mark: null })).toBe('unknown policy-rule');
    expect(get(marked, '10.244.2.20', { mark: null })).toBe('unicast via 192.168.100.12 dev eth0');
    expect(get(marked, '192.168.100.11', { mark: null })).toBe('local dev lo');
  });

  it('names the rule and the property in an unknown', () => {
    const host = node({}, rules({ priority: 200, src: '10.244.1.0', srclen: 24, table: '100' }));
    const answer = findRoute(host, query('10.99.0.1', { source: null }));
    expect(answer).toMatchObject({
      kind: 'unknown',
      why: { code: 'policy-rule', priority: 200, asks: { field: 'source' } },
    });
  });

  it('does not take a process that has no source yet for a sender of a `from` rule', () => {
    const host = node({}, rules({ priority: 200, src: '0.0.0.0', srclen: 1, table: '100' }));
    const later = node({}, rules({ priority: 200, src: '10.0.0.0', srclen: 8, table: '100' }));
    expect(get(later, '10.99.0.1')).toBe('unicast via 192.168.100.254 dev eth0');
    expect(get(host, '10.99.0.1')).toBe('unicast via 172.31.0.7 dev int0');
  });

  it.each<[string, object, Partial<RouteQuery>, string]>([
    ['iif lo', { iif: 'lo', action: 'prohibit' }, {}, 'prohibit'],
    ['iif of another', { iif: 'cni0', action: 'prohibit' }, {}, 'unicast via 192.168.100.254 dev eth0'],
    ['iif of the packet', { iif: 'cni0', action: 'prohibit' }, { inInterface: 'cni0' }, 'prohibit'],
    ['iif unknown', { iif: 'cni0', action: 'prohibit' }, { inInterface: null }, 'unknown policy-rule'],
    [
      'iif gone',
      { iif: 'gone', action: 'prohibit' },
      { inInterface: null },
      'unicast via 192.168.100.254 dev eth0',
    ],
    ['not', { not: null, dst: '10.0.0.0', dstlen: 8, action: 'blackhole' }, {}, 'blackhole'],
    ['ports', { ipproto: 'tcp', dport_start: 80, dport_end: 90, action: 'unreachable' }, {}, 'unreachable'],
    [
      'ports of icmp',
      { dport: 80, action: 'unreachable' },
      { protocol: 1 },
      'unicast via 192.168.100.254 dev eth0',
    ],
    ['user', { uid_start: 5, uid_end: 9, action: 'prohibit' }, { uid: 7 }, 'prohibit'],
    ['user unknown', { uid_start: 5, uid_end: 9, action: 'prohibit' }, { uid: null }, 'unknown policy-rule'],
    [
      'forwarded has user 0',
      { uid_start: 0, uid_end: 0, action: 'prohibit' },
      { uid: null, inInterface: 'eth0' },
      'prohibit',
    ],
    [
      'suppressed default',
      { table: 'main', suppress_prefixlen: 0 },
      {},
      'unicast via 192.168.100.254 dev eth0',
    ],
    ['goto', { goto: 32767 }, {}, 'no-route'],
    ['goto nowhere', { goto: 555 }, {}, 'unicast via 192.168.100.254 dev eth0'],
    ['tunnel id', { tun_id: 5, action: 'prohibit' }, {}, 'unknown policy-rule'],
    ['l3mdev without a VRF', { l3mdev: null }, {}, 'unicast via 192.168.100.254 dev eth0'],
  ])('%s', (_, rule, changes, expected) => {
    const host = node({}, rules({ priority: 300, src: 'all', ...rule }));
    expect(get(host, '8.8.8.8', changes)).toBe(expected);
  });

  it('goes on with the next rule after a throw route', () => {
    const text =
      '[{"type":"throw","dst":"10.99.0.0/16","table":"100","flags":[]},{"dst":"default","dev":"eth0","flags":[]},{"type":"local","dst":"127.0.0.0/8","dev":"lo","table":"local"}]';
    const ipv4 = parseRoutes(text, 'ipv4', 'f', new ProblemList());
    const host = node({ routes: { ipv4, ipv6: null } }, rules({ priority: 5, src: 'all', table: '100' }));
    expect(get(host, '10.99.0.1')).toBe('unicast dev eth0');
  });

  it('is unknown where a table exists that only a rule can reach and the rules were not captured', () => {
    const host = node({ policyRules: { ipv4: null, ipv6: null } });
    expect(get(host, '8.8.8.8')).toBe('unknown policy-rules-not-captured');
    expect(get(host, '192.168.100.11')).toBe('local dev lo');
  });
});

describe('a table of which no listing tells', () => {
  const main = (node().routes.ipv4 ?? []).filter((route) => route.table === 'main');
  const rule = rules({ priority: 5, src: '10.0.3.50', table: '2' });
  const from = { source: address('10.0.3.50') };

  it('is unknown where main alone was listed, and a rule leads to it', () => {
    const host = node({ routes: { ipv4: main, ipv6: null } }, rule);
    expect(get(host, '8.8.8.8', from)).toBe('unknown table-not-captured');
    expect(get(host, '8.8.8.8', { source: address('10.0.3.51') })).toContain('unicast via 192.168.100.254');
    expect(get(host, '192.168.100.11', from)).toBe('local dev lo');
  });

  it('is empty where all tables were listed: a route that names another table than main shows it', () => {
    expect(get(node({}, rule), '8.8.8.8', from)).toContain('unicast via 192.168.100.254');
  });

  it('is empty, or unknown, as the commands tell that listed tables', () => {
    const told = (...ipv4: string[]): Host =>
      node({ routes: { ipv4: main, ipv6: null }, listedTables: { ipv4, ipv6: null } }, rule);
    expect(get(told('main'), '8.8.8.8', from)).toBe('unknown table-not-captured');
    expect(get(told('main', '2'), '8.8.8.8', from)).toContain('unicast via 192.168.100.254');
    expect(get(told('all'), '8.8.8.8', from)).toContain('unicast via 192.168.100.254');
  });

  it('is unknown where it is main', () => {
    const host = node({ routes: { ipv4: [], ipv6: null }, listedTables: { ipv4: ['2'], ipv6: null } });
    expect(get(host, '8.8.8.8')).toBe('unknown table-not-captured');
  });
});

describe('the tables local and main', () => {
  const text = ROUTES.replace(
    /\]$/,
    ',{"type":"local","dst":"10.70.0.0/16","dev":"lo","table":"local"},{"dst":"10.70.1.0/24","dev":"int0"}]',
  );
  const ipv4 = parseRoutes(text, 'ipv4', 'f', new ProblemList());

  it('cannot tell which wins while no policy rule parts them for sure', () => {
    const host = node({ routes: { ipv4, ipv6: null } });
    expect(get(host, '10.70.1.1')).toBe('unknown local-table-merged');
    expect(get(host, '10.70.2.1')).toBe('local dev lo');
  });

  it('lets local win once a rule was added', () => {
    const host = node({ routes: { ipv4, ipv6: null } }, rules({ priority: 9, src: 'all', nop: null }));
    expect(get(host, '10.70.1.1')).toBe('local dev lo');
  });
});

describe('captures that lack something', () => {
  it('knows loopback and nothing else without any capture', () => {
    expect(get(UNKNOWN_HOST, '127.0.0.1')).toBe('local dev lo');
    expect(get(UNKNOWN_HOST, '::1')).toBe('local dev lo');
    expect(get(UNKNOWN_HOST, '10.0.0.1')).toBe('unknown local-routes-not-captured');
  });

  it('knows the addresses of the node from its links alone', () => {
    const host = { ...UNKNOWN_HOST, links: parseLinks(LINKS, 'f', new ProblemList()) };
    expect(get(host, '192.168.100.12')).toBe('local dev lo');
    expect(get(host, '192.168.100.255')).toBe('broadcast dev eth0');
    expect(get(host, 'fd00:10:244:1::1')).toBe('local dev lo');
    expect(get(host, '10.0.0.1')).toBe('unknown routes-not-captured');
  });

  it('takes the table local from the links where only the table main was listed', () => {
    const main = (node().routes.ipv4 ?? []).filter((route) => route.table === 'main');
    const host = node({ routes: { ipv4: main, ipv6: null } });
    expect(get(host, '172.31.0.11')).toBe('local dev lo');
    // A route's source is the node's own: the kernel takes no other.
    expect(get({ ...host, links: null }, '172.31.0.11')).toBe('local dev lo');
    expect(get({ ...host, links: null }, '172.31.0.13')).toBe('unknown local-routes-not-captured');
  });

  it('has no route where the captured list is empty', () => {
    const host: Host = { ...UNKNOWN_HOST, links: [], routes: { ipv4: [], ipv6: [] } };
    expect(get(host, '10.0.0.1')).toBe('no-route');
    expect(get(host, 'fd00::1')).toBe('no-route');
  });
});
