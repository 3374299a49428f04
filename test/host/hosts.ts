import type { Host } from '../../src/host/facts.ts';
import { UNKNOWN_HOST } from '../../src/host/facts.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import type { RouteQuery } from '../../src/host/route-query.ts';
import { type Address, parseAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';

/** @returns the address; throws where a test has a typing error. */
export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

/** Addresses of a node: two Ethernet devices, a pod bridge, a point-to-point link. */
export const LINKS = JSON.stringify([
  link(1, 'lo', ['LOOPBACK', 'UP'], [inet('127.0.0.1', 8, 'host'), inet6('::1', 128, 'host')]),
  link(
    2,
    'eth0',
    ['UP'],
    [
      inet('192.168.100.11', 24, 'global'),
      { ...inet('192.168.100.12', 24, 'global'), secondary: true },
      inet6('fd00:192:168:100::11', 64, 'global'),
      inet6('fe80::11', 64, 'link'),
    ],
  ),
  link(3, 'int0', ['UP'], [inet('172.31.0.11', 24, 'global'), inet6('fe80::12', 64, 'link')]),
  link(4, 'cni0', ['UP'], [inet('10.244.1.1', 24, 'global'), inet6('fd00:10:244:1::1', 64, 'global')]),
  link(5, 'ppp0', ['UP'], [{ ...inet('10.77.0.1', 32, 'global'), address: '10.77.0.2' }]),
]);

/** `ip -j route show table all` of that node. */
export const ROUTES = JSON.stringify([
  { dst: 'default', gateway: '192.168.100.254', dev: 'eth0', flags: [] },
  { dst: '10.244.1.0/24', dev: 'cni0', protocol: 'kernel', scope: 'link', prefsrc: '10.244.1.1', flags: [] },
  { dst: '10.244.2.0/24', gateway: '192.168.100.12', dev: 'eth0', flags: [] },
  {
    dst: '10.50.0.0/16',
    flags: [],
    nexthops: [
      { gateway: '192.168.100.2', dev: 'eth0', weight: 1, flags: [] },
      { gateway: '172.31.0.2', dev: 'int0', weight: 5, flags: [] },
    ],
  },
  { type: 'blackhole', dst: '10.51.0.0/16', flags: [] },
  { type: 'unreachable', dst: '10.52.0.0/16', flags: [] },
  { type: 'prohibit', dst: '10.53.0.0/16', flags: [] },
  { type: 'throw', dst: '10.54.0.0/16', flags: [] },
  { dst: '10.55.0.0/16', via: { family: 'inet6', host: 'fe80::99' }, dev: 'eth0', flags: [] },
  { dst: '10.56.0.0/16', tos: '0x10', gateway: '192.168.100.3', dev: 'eth0', flags: [] },
  { dst: '10.57.0.0/16', gateway: '172.31.0.9', dev: 'int0', metric: 200, flags: [] },
  { dst: '10.57.0.0/16', gateway: '192.168.100.9', dev: 'eth0', metric: 100, flags: ['dead', 'linkdown'] },
  { dst: '10.58.0.0/16', gateway: '172.31.0.8', dev: 'int0', flags: ['linkdown'] },
  { dst: '172.31.0.0/24', dev: 'int0', scope: 'link', prefsrc: '172.31.0.11', flags: [] },
  { dst: '192.168.100.0/24', dev: 'eth0', scope: 'link', prefsrc: '192.168.100.11', flags: [] },
  { dst: '10.99.0.0/16', gateway: '172.31.0.7', dev: 'int0', table: '100', flags: [] },
  local('10.244.1.1', 'cni0'),
  local('127.0.0.0/8', 'lo'),
  local('127.0.0.1', 'lo'),
  local('172.31.0.11', 'int0'),
  local('192.168.100.11', 'eth0'),
  { ...local('192.168.100.12', 'eth0'), prefsrc: '192.168.100.11' },
  local('10.77.0.1', 'ppp0'),
  { type: 'broadcast', dst: '192.168.100.255', dev: 'eth0', table: 'local', scope: 'link', flags: [] },
]);

/** `ip -j -6 route show table all` of that node. */
export const ROUTES6 = JSON.stringify([
  route6('fd00:10:244:1::/64', { dev: 'cni0', metric: 256 }),
  route6('fd00:10:244:2::/64', { gateway: 'fd00:192:168:100::12', dev: 'eth0' }),
  route6('fd00:192:168:100::/64', { dev: 'eth0', metric: 256 }),
  route6('fe80::/64', { dev: 'eth0', metric: 256 }),
  route6('fe80::/64', { dev: 'int0', metric: 256 }),
  route6('fd00:5::/64', { gateway: 'fe80::1', dev: 'eth0', metric: 100 }),
  route6('fd00:5::/64', { gateway: 'fe80::2', dev: 'int0', metric: 100, pref: 'high' }),
  route6('fd00:6::/64', { from: 'fd00:10:244:1::/64', gateway: 'fe80::3', dev: 'int0' }),
  route6('fd00:8::/64', { type: 'unreachable', dev: 'lo' }),
  route6('default', { gateway: 'fd00:192:168:100::254', dev: 'eth0' }),
  route6('::1', { type: 'local', dev: 'lo', table: 'local', metric: 0 }),
  route6('fd00:10:244:1::', { type: 'anycast', dev: 'cni0', table: 'local', metric: 0 }),
  route6('fd00:10:244:1::1', { type: 'local', dev: 'cni0', table: 'local', metric: 0 }),
  route6('fd00:192:168:100::11', { type: 'local', dev: 'eth0', table: 'local', metric: 0 }),
  route6('ff00::/8', { type: 'multicast', dev: 'eth0', table: 'local', metric: 256 }),
]);

/** The rules every namespace starts with, and any others. */
export function rules(...others: object[]): string {
  const fixed = [
    { priority: 0, src: 'all', table: 'local' },
    { priority: 32766, src: 'all', table: 'main' },
    { priority: 32767, src: 'all', table: 'default' },
  ];
  return JSON.stringify([...fixed, ...others]);
}

/** The node above; parts can be replaced. */
export function node(changes: Partial<Host> = {}, policyRules = rules()): Host {
  const problems = new ProblemList();
  return {
    ...UNKNOWN_HOST,
    links: parseLinks(LINKS, 'ip-addr.json', problems),
    routes: {
      ipv4: parseRoutes(ROUTES, 'ipv4', 'ip-route.json', problems),
      ipv6: parseRoutes(ROUTES6, 'ipv6', 'ip6-route.json', problems),
    },
    policyRules: {
      ipv4: parsePolicyRules(policyRules, 'ipv4', 'ip-rule.json', problems),
      ipv6: null,
    },
    ...changes,
  };
}

/** A packet of the node itself, unless changed. */
export function query(destination: string, changes: Partial<RouteQuery> = {}): RouteQuery {
  const to = address(destination);
  return {
    family: to.family,
    destination: to,
    source: { family: to.family, value: 0n },
    mark: 0,
    inInterface: 'lo',
    outInterface: null,
    protocol: 6,
    sourcePort: null,
    destinationPort: 80,
    uid: 0,
    ...changes,
  };
}

function link(ifindex: number, ifname: string, flags: string[], addr_info: object[]): object {
  const link_type = ifname === 'lo' ? 'loopback' : 'ether';
  return { ifindex, ifname, flags, group: 'default', link_type, address: '02:00:00:00:00:01', addr_info };
}

function inet(local: string, prefixlen: number, scope: string): object {
  return { family: 'inet', local, prefixlen, scope };
}

function inet6(local: string, prefixlen: number, scope: string): object {
  return { family: 'inet6', local, prefixlen, scope };
}

function local(dst: string, dev: string): object {
  const prefsrc = dst === '127.0.0.0/8' ? '127.0.0.1' : dst;
  return { type: 'local', dst, dev, table: 'local', protocol: 'kernel', scope: 'host', prefsrc, flags: [] };
}

function route6(dst: string, more: object): object {
  return { dst, metric: 1024, flags: [], pref: 'medium', ...more };
}
