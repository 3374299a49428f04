import { type Host, UNKNOWN_HOST } from '../../src/host/facts.ts';
import { parseIpsets } from '../../src/host/parse-ipsets.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { ProblemList } from '../../src/problems/problem.ts';

/** What a test changes about the node; the rest is as {@link nodeOf} says. */
export interface NodeChanges {
  /** `DESTINATION KEY VALUE …`, put before the routes that are there: `10.9.0.0/16 via 192.168.1.9 dev eth1 table 100`. */
  readonly routes?: readonly string[];
  /** Policy rules beside the three fixed ones. */
  readonly rules?: readonly object[];
  /** The same for IPv6. */
  readonly rules6?: readonly object[];
  /** `name=value`, over the defaults. */
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly ipsets?: string;
  readonly host?: Partial<Host>;
}

const SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.ipv6.conf.all.forwarding': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  ...Object.fromEntries(
    ['all', 'lo', 'eth0', 'eth1', 'cni0'].flatMap((name) =>
      ['rp_filter', 'accept_local', 'route_localnet', 'send_redirects', 'src_valid_mark'].map((key) => [
        `net.ipv4.conf.${name}.${key}`,
        '0',
      ]),
    ),
  ),
};

/**
 * A node: eth0 192.168.1.1/24 (default route via .254) and .9 beside it, eth1 172.16.0.1/24, the bridge cni0
 * 10.244.1.1/24 with the ports veth1 and veth2; both families; it forwards, and nothing filters sources.
 */
export function nodeOf(changes: NodeChanges = {}): Host {
  const problems = new ProblemList();
  const fixed = [
    { priority: 0, src: 'all', table: 'local' },
    { priority: 32766, src: 'all', table: 'main' },
    { priority: 32767, src: 'all', table: 'default' },
  ];
  const given = (changes.routes ?? []).map(route);
  const of = (family: 'ipv4' | 'ipv6', routes: readonly object[]) =>
    parseRoutes(JSON.stringify(routes), family, 'ip-route.json', problems);
  const v6 = (entry: object): boolean => String((entry as { dst: string }).dst).includes(':');
  const host: Host = {
    ...UNKNOWN_HOST,
    links: parseLinks(JSON.stringify(LINKS), 'ip-addr.json', problems),
    routes: {
      ipv4: of('ipv4', [...given.filter((entry) => !v6(entry)), ...ROUTES.map(route)]),
      ipv6: of('ipv6', [...given.filter(v6), ...ROUTES6.map(route)]),
    },
    policyRules: {
      ipv4: parsePolicyRules(
        JSON.stringify([...(changes.rules ?? []), ...fixed]),
        'ipv4',
        'ip-rule.json',
        problems,
      ),
      ipv6: parsePolicyRules(
        JSON.stringify([...(changes.rules6 ?? []), ...fixed]),
        'ipv6',
        'ip6-rule.json',
        problems,
      ),
    },
    sysctls: new Map(Object.entries({ ...SYSCTLS, ...changes.sysctls })),
    ipsets: new Map(parseIpsets(changes.ipsets ?? '').map((set) => [set.name, set])),
    ...changes.host,
  };
  if (problems.list().length > 0) throw new Error(JSON.stringify(problems.list()));
  return host;
}

function route(text: string): object {
  const words = text.split(' ');
  const typed = ['local', 'broadcast', 'blackhole', 'unreachable', 'prohibit'].includes(words[0] ?? '');
  const type = typed ? { type: words.shift() } : {};
  const entry: Record<string, unknown> = { ...type, dst: words.shift(), flags: [] };
  const keys: Readonly<Record<string, string>> = { via: 'gateway', src: 'prefsrc' };
  for (let i = 0; i + 1 < words.length; i += 2) entry[keys[words[i] ?? ''] ?? words[i] ?? ''] = words[i + 1];
  return entry;
}

const ROUTES = [
  'default via 192.168.1.254 dev eth0',
  '192.168.1.0/24 dev eth0 scope link src 192.168.1.1',
  '172.16.0.0/24 dev eth1 scope link src 172.16.0.1',
  '10.244.1.0/24 dev cni0 scope link src 10.244.1.1',
  'local 127.0.0.0/8 dev lo table local src 127.0.0.1',
  'local 192.168.1.1 dev eth0 table local src 192.168.1.1',
  'local 192.168.1.9 dev eth0 table local src 192.168.1.1',
  'local 172.16.0.1 dev eth1 table local src 172.16.0.1',
  'local 10.244.1.1 dev cni0 table local src 10.244.1.1',
];

const ROUTES6 = [
  'fd00:1::/64 dev eth0',
  'fd00:244::/64 dev cni0',
  'default via fd00:1::fe dev eth0',
  'local ::1 dev lo table local',
  'local fd00:1::1 dev eth0 table local',
  'local fd00:244::1 dev cni0 table local',
];

const LINKS = [
  link(1, 'lo', { flags: ['LOOPBACK', 'UP'], link_type: 'loopback' }, ['127.0.0.1/8/host', '::1/128/host']),
  link(2, 'eth0', {}, ['192.168.1.1/24/global', '192.168.1.9/24/secondary', 'fd00:1::1/64/global']),
  link(3, 'eth1', {}, ['172.16.0.1/24/global']),
  link(4, 'cni0', { linkinfo: { info_kind: 'bridge' } }, ['10.244.1.1/24/global', 'fd00:244::1/64/global']),
  link(5, 'veth1', { master: 'cni0', linkinfo: { info_kind: 'veth' } }, []),
  link(6, 'veth2', { master: 'cni0', linkinfo: { info_kind: 'veth' } }, []),
];

function link(ifindex: number, ifname: string, more: object, addresses: readonly string[]): object {
  const addr_info = addresses.map((text) => {
    const [local = '', prefixlen, scope] = text.split('/');
    return {
      family: local.includes(':') ? 'inet6' : 'inet',
      local,
      prefixlen: Number(prefixlen),
      scope: scope === 'secondary' ? 'global' : scope,
      secondary: scope === 'secondary',
    };
  });
  return { ifindex, ifname, flags: ['UP'], group: 'default', link_type: 'ether', ...more, addr_info };
}
