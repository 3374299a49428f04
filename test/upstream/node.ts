import type { Host } from '../../src/host/facts.ts';
import { UNKNOWN_HOST } from '../../src/host/facts.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import type { Family } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';

/** A node that has these addresses, one default route, and nothing that drops packets outside of the rules. */
export function nodeWith(family: Family, addresses: readonly string[]): Host {
  const problems = new ProblemList();
  const v6 = family === 'ipv6';
  const entry = (local: string, scope = 'global'): object => ({
    family: local.includes(':') ? 'inet6' : 'inet',
    local,
    prefixlen: local.includes(':') ? 128 : 32,
    scope,
  });
  const links = [
    {
      ifindex: 1,
      ifname: 'lo',
      flags: ['LOOPBACK', 'UP'],
      link_type: 'loopback',
      addr_info: [{ ...entry('127.0.0.1', 'host'), prefixlen: 8 }, entry('::1', 'host')],
    },
    {
      ifindex: 2,
      ifname: 'eth0',
      flags: ['UP'],
      link_type: 'ether',
      addr_info: addresses.map((address) => entry(address)),
    },
  ];
  const routes = [
    { dst: 'default', gateway: v6 ? 'fe80::1' : '203.0.113.254', dev: 'eth0', flags: [] },
    ...[...addresses, v6 ? '::1' : '127.0.0.0/8'].map((dst) => ({
      type: 'local',
      dst,
      dev: dst.startsWith('127.') || dst === '::1' ? 'lo' : 'eth0',
      table: 'local',
      flags: [],
    })),
  ];
  const sysctls = new Map([
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv6.conf.all.forwarding', '1'],
    ...['all', 'eth0', 'lo'].flatMap((name): [string, string][] => [
      [`net.ipv4.conf.${name}.forwarding`, '1'],
      [`net.ipv4.conf.${name}.rp_filter`, '0'],
      [`net.ipv4.conf.${name}.accept_local`, '0'],
      [`net.ipv4.conf.${name}.route_localnet`, '1'],
      [`net.ipv4.conf.${name}.send_redirects`, '0'],
      [`net.ipv4.conf.${name}.src_valid_mark`, '0'],
    ]),
  ]);
  return {
    ...UNKNOWN_HOST,
    links: parseLinks(JSON.stringify(links), 'ip-addr.json', problems),
    routes: {
      ...UNKNOWN_HOST.routes,
      [family]: parseRoutes(JSON.stringify(routes), family, 'ip-route.json', problems),
    },
    sysctls,
    recent: new Map(),
  };
}
