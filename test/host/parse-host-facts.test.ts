import { describe, expect, it } from 'vitest';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRecent } from '../../src/host/parse-recent.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { parseSockets } from '../../src/host/parse-sockets.ts';
import { parseSysctls } from '../../src/host/parse-sysctls.ts';
import { formatAddress } from '../../src/net/address.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { nftFacts } from '../support/nft-facts.ts';
import { LINKS, ROUTES } from './hosts.ts';

describe('links of ip -j addr', () => {
  it('reads names, flags, addresses, peers and secondaries', () => {
    const problems = new ProblemList();
    const links = parseLinks(LINKS, 'f', problems) ?? [];
    expect(links.map((link) => link.name)).toEqual(['lo', 'eth0', 'int0', 'cni0', 'ppp0']);
    expect(links[0]).toMatchObject({ loopback: true, up: true, mac: null, master: null, kind: null });
    expect(links[1]?.addresses.map((entry) => entry.secondary)).toEqual([false, true, false, false]);
    expect(links[4]?.addresses[0]?.peer).toMatchObject({ value: 0x0a4d0002n, mask: 0xffffffffn });
    expect(problems.list()).toEqual([]);
  });

  it('reads the master, the kind of -d and addresses that still wait for duplicate detection', () => {
    const text = JSON.stringify([
      {
        ifindex: 7,
        ifname: 'veth1',
        flags: ['BROADCAST'],
        master: 'cni0',
        linkinfo: { info_kind: 'veth' },
        link_type: 'ether',
        address: '4a:74:1b:bf:7f:bc',
        addr_info: [
          { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link', tentative: true },
          {
            family: 'inet6',
            local: 'fe80::2',
            prefixlen: 64,
            scope: 'link',
            tentative: true,
            optimistic: true,
          },
          {
            family: 'inet6',
            local: 'fd00::1',
            prefixlen: 64,
            scope: 'global',
            temporary: true,
            deprecated: true,
          },
        ],
      },
    ]);
    expect(parseLinks(text, 'f', new ProblemList())?.[0]).toMatchObject({
      up: false,
      master: 'cni0',
      kind: 'veth',
      mac: '4a:74:1b:bf:7f:bc',
      addresses: [{ tentative: true }, { deprecated: true }, { temporary: true, deprecated: true }],
    });
    const optimistic = parseLinks(text, 'f', new ProblemList())?.[0]?.addresses[1];
    expect(optimistic?.tentative).toBeUndefined();
  });

  it.each([
    ['an empty file', '', 'empty-input'],
    ['a file cut in the middle', LINKS.slice(0, 300), 'truncated'],
    ['text that is no JSON', 'Device not found]', 'unreadable-json'],
    ['an object in place of a list', '{}', 'unexpected-json'],
  ])('takes %s for not captured, with a problem', (_, text, code) => {
    const problems = new ProblemList();
    expect(parseLinks(text, 'ip-addr.json', problems)).toBeNull();
    expect(problems.list()).toMatchObject([{ code, file: 'ip-addr.json' }]);
  });

  it('keeps what it can read of a list with odd entries', () => {
    const problems = new ProblemList();
    const text =
      '[1, null, {}, {"ifindex": 1}, {"ifname": "a", "addr_info": [{"family": "inet", "local": "x"}, 5]}]';
    expect(parseLinks(text, 'f', problems)).toMatchObject([{ name: 'a', addresses: [] }]);
    expect(problems.list().map((problem) => problem.code)).toEqual([
      'unexpected-json',
      'unexpected-json',
      'unreadable-link',
      'unreadable-address',
    ]);
  });
});

describe('routes of ip -j route', () => {
  const routes = parseRoutes(ROUTES, 'ipv4', 'f', new ProblemList()) ?? [];
  const to = (prefix: string) => routes.filter((route) => formatPrefix(route.destination) === prefix);

  it('reads tables, next hops and types', () => {
    expect(to('0.0.0.0/0')[0]).toMatchObject({ type: 'unicast', table: 'main', metric: 0, usable: true });
    expect(to('10.50.0.0/16')[0]?.nextHops.map((hop) => [hop.device, hop.weight])).toEqual([
      ['eth0', 1],
      ['int0', 5],
    ]);
    expect(to('10.51.0.0/16')[0]).toMatchObject({ type: 'blackhole', nextHops: [] });
    expect(to('192.168.100.11/32')[0]).toMatchObject({ type: 'local', table: 'local', scope: 'host' });
    expect(to('10.56.0.0/16')[0]?.tos).toBe(16);
  });

  it('reads an IPv6 gateway of an IPv4 route', () => {
    const gateway = to('10.55.0.0/16')[0]?.nextHops[0]?.gateway;
    expect(gateway && formatAddress(gateway)).toBe('fe80::99');
  });

  it('takes a dead route for unusable, and one whose link is merely down for usable, as the kernel does', () => {
    expect(to('10.57.0.0/16').map((route) => route.usable)).toEqual([true, false]);
    expect(to('10.58.0.0/16')[0]?.usable).toBe(true);
  });

  it('tells the families apart in a dump of both', () => {
    const text =
      '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]},{"dst":"default","dev":"wg0","scope":"link","flags":[]},' +
      '{"dst":"fd00::/64","dev":"eth0","metric":256,"flags":[],"pref":"medium"},' +
      '{"dst":"default","dev":"eth0","metric":1024,"flags":[],"pref":"medium"}]';
    expect(parseRoutes(text, 'ipv4', 'f', new ProblemList())).toHaveLength(2);
    expect(parseRoutes(text, 'ipv6', 'f', new ProblemList())).toHaveLength(2);
  });

  it('is not misled by the second `dst` that iproute2 prints for a tunnel encapsulation', () => {
    const text =
      '[{"dst":"10.60.0.0/16","encap":"ip","id":5,"src":"0.0.0.0","dst":"1.1.1.1","ttl":0,"tos":0,"dev":"d0","scope":"link","flags":[]}]';
    const [route] = parseRoutes(text, 'ipv4', 'f', new ProblemList()) ?? [];
    expect(route && formatPrefix(route.destination)).toBe('10.60.0.0/16');
  });

  it('reports each route it cannot read, and uses none: any of them could be the one that counts', () => {
    const problems = new ProblemList();
    const text =
      '[{"dst":"10.0.0.0/99","flags":[]},{"dst":"10.0.0.0/8","type":"odd"},{"dst":"10.1.0.0/16","dev":"a"}]';
    expect(parseRoutes(text, 'ipv4', 'f', problems)).toBeNull();
    expect(problems.list().map((problem) => problem.code)).toEqual(['unreadable-route', 'unreadable-route']);
    const other = text.replace(/\]$/, ',{"dst":"fd00::/64","dev":"a"}]');
    expect(parseRoutes(other, 'ipv6', 'f', new ProblemList())).toHaveLength(1);
  });
});

describe('policy rules of ip -j rule', () => {
  it('reads every condition that iproute2 6.1 prints', () => {
    const text =
      '[{"priority":10,"src":"10.0.0.0","srclen":8,"dst":"10.9.0.0","dstlen":16,"fwmark":"0x10","fwmask":"0xf0","iif":"d0","iif_detached":null,"oif":"d1","table":"100"},' +
      '{"priority":12,"not":null,"src":"10.0.0.1","table":"main","suppress_prefixlen":0},' +
      '{"priority":13,"src":"all","ipproto":"tcp","sport":5,"dport_start":80,"dport_end":90,"table":"101"},' +
      '{"priority":14,"src":"all","uid_start":100,"uid_end":200,"action":"blackhole"},' +
      '{"priority":15,"src":"all","tos":"0x10","action":"prohibit"},{"priority":16,"src":"all","goto":100},' +
      '{"priority":17,"src":"all","nop":null},{"priority":21,"src":"all","l3mdev":null},' +
      '{"priority":23,"src":"all","tun_id":5,"table":"9"},{"priority":0,"src":"all","table":"255"}]';
    const rules = parsePolicyRules(text, 'ipv4', 'f', new ProblemList()) ?? [];
    expect(rules.map((rule) => rule.priority)).toEqual([0, 10, 12, 13, 14, 15, 16, 17, 21, 23]);
    expect(rules[0]?.action).toEqual({ kind: 'lookup', table: 'local' });
    expect(rules[1]).toMatchObject({ mark: 0x10, mask: 0xf0, inInterface: 'd0', outInterface: 'd1' });
    expect(rules[1]?.source && formatPrefix(rules[1].source)).toBe('10.0.0.0/8');
    expect(rules[2]).toMatchObject({ not: true, suppressPrefixLength: 0 });
    expect(rules[3]).toMatchObject({
      protocol: 6,
      sourcePorts: { from: 5, to: 5 },
      destinationPorts: { from: 80, to: 90 },
    });
    expect(rules[4]).toMatchObject({ uids: { from: 100, to: 200 }, action: { kind: 'blackhole' } });
    expect(rules[6]?.action).toEqual({ kind: 'goto', priority: 100 });
    expect(rules[8]?.unmodelled).toEqual(['l3mdev']);
    expect(rules[9]?.unmodelled).toEqual(['tun_id']);
  });

  it('keeps marks above 2^31 unsigned', () => {
    const text = '[{"priority":1,"src":"all","fwmark":"0xffffffff","table":"main"}]';
    expect(parsePolicyRules(text, 'ipv6', 'f', new ProblemList())?.[0]?.mark).toBe(0xffffffff);
  });
});

describe('sysctls', () => {
  it('reads dots, slashes and values with blanks', () => {
    const values = parseSysctls(
      'net.ipv4.ip_forward = 1\nnet.ipv4.ip_local_port_range = 32768\t60999\r\nnet/ipv4/conf/eth0.100/rp_filter=2\n' +
        'net.ipv4.conf.eth0/100.forwarding = 1\nsysctl: permission denied on key x\n\nnet.ipv4.ip_local_reserved_ports = \n',
    );
    expect(Object.fromEntries(values)).toEqual({
      'net.ipv4.ip_forward': '1',
      'net.ipv4.ip_local_port_range': '32768\t60999',
      'net.ipv4.conf.eth0/100.rp_filter': '2',
      'net.ipv4.conf.eth0/100.forwarding': '1',
      'net.ipv4.ip_local_reserved_ports': '',
    });
  });
});

describe('xt_recent lists', () => {
  it('reads entries of both families, with the full IPv6 spelling', () => {
    const problems = new ProblemList();
    const entries = parseRecent(
      'src=192.168.100.50 ttl: 64 last_seen: 4296863134 oldest_pkt: 1 4296863134\n' +
        'src=fe80:0000:0000:0000:94a0:38ff:fe01:2827 ttl: 255 last_seen: 12 oldest_pkt: 3 9, 10, 12\nsrc=cut tt\n',
      'xt_recent/A',
      problems,
    );
    expect(
      entries.map((entry) => [formatAddress(entry.address), entry.ttl, entry.lastSeen, entry.stamps]),
    ).toEqual([
      ['192.168.100.50', 64, 4296863134, [4296863134]],
      ['fe80::94a0:38ff:fe01:2827', 255, 12, [9, 10, 12]],
    ]);
    expect(problems.list()).toMatchObject([{ code: 'unreadable-line', line: 3 }]);
  });
});

describe('nft -j list ruleset', () => {
  it("tells iptables' base chains from native ones and counts the rules of these", () => {
    const chain = (
      family: string,
      table: string,
      name: string,
      type: string,
      hook: string,
      prio: number,
    ) => ({
      chain: { family, table, name, type, hook, prio, policy: 'accept' },
    });
    const text = JSON.stringify({
      nftables: [
        { metainfo: { version: '1.0.6' } },
        { table: { family: 'ip', name: 'kube-proxy' } },
        chain('ip', 'nat', 'PREROUTING', 'nat', 'prerouting', -100),
        chain('ip6', 'mangle', 'OUTPUT', 'route', 'output', -150),
        chain('ip', 'security', 'INPUT', 'filter', 'input', 150),
        chain('ip', 'filter', 'INPUT', 'filter', 'input', 7),
        chain('inet', 'firewalld', 'filter_INPUT', 'filter', 'input', 10),
        { chain: { family: 'ip', table: 'nat', name: 'KUBE-SERVICES' } },
        { rule: { family: 'inet', table: 'firewalld', chain: 'filter_INPUT', expr: [] } },
        { rule: { family: 'ip', table: 'nat', chain: 'PREROUTING', expr: [] } },
      ],
    });
    const facts = nftFacts(text);
    expect([...(facts?.iptablesBaseChains ?? [])]).toEqual([
      'ipv4 nat PREROUTING',
      'ipv6 mangle OUTPUT',
      'ipv4 security INPUT',
    ]);
    expect(facts?.nativeChains).toMatchObject([
      { table: 'filter', chain: 'INPUT', priority: 7, rules: 0 },
      { family: 'inet', table: 'firewalld', hook: 'input', priority: 10, policy: 'accept', rules: 1 },
    ]);
    expect(facts?.kubeProxyTable).toBe(true);
  });

  it.each(['', '[]', '{"nftables": 5}', '{"nftables": [{"chain"'])('takes %j for not captured', (text) => {
    const problems = new ProblemList();
    expect(nftFacts(text, problems)).toBeNull();
    expect(problems.list()).toHaveLength(1);
  });
});

describe('sockets of ss', () => {
  const heading = 'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n';
  const established = 'tcp ESTAB 0 0 192.168.1.11:22 10.9.0.7:50124\n';
  const isWhole = (text: string) => parseSockets(text, 'f', new ProblemList()).whole;

  it('that are connections alone (`ss -tnu`) do not tell that nothing listens', () => {
    expect(isWhole(heading + established)).toBe(false);
    expect(isWhole(`${heading}${established}tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n`)).toBe(true);
    expect(isWhole(heading)).toBe(true);
  });
});
