import { describe, expect, it } from 'vitest';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { RouteTable } from '../../src/host/route-table.ts';
import { formatAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { address } from './hosts.ts';

const V4 = ['default', '10.0.0.0/8', '128.0.0.0/1', '192.168.0.0/16', '192.168.1.255', '255.255.255.255'];
const V6 = ['default', 'fd00::/8', 'fd00::/64', 'fd00::1', '8000::/1'];

/** The prefixes that cover an address, as the table has them. */
function covering(family: 'ipv4' | 'ipv6', prefixes: readonly string[], text: string): string[] {
  const listed = JSON.stringify(prefixes.map((dst) => ({ dst, dev: 'eth0', flags: [] })));
  const routes = parseRoutes(listed, family, 'ip-route.json', new ProblemList()) ?? [];
  expect(routes).toHaveLength(prefixes.length);
  return new RouteTable(family, routes)
    .covering(address(text))
    .map(({ prefixLength, routes: [first] }) =>
      first === undefined ? '' : `${formatAddress(first.destination)}/${prefixLength}`,
    );
}

describe('prefixes of a routing table that cover an address, the longest first', () => {
  it.each([
    ['9.1.2.3', ['0.0.0.0/0']],
    ['10.255.0.1', ['10.0.0.0/8', '0.0.0.0/0']],
    ['128.0.0.0', ['128.0.0.0/1', '0.0.0.0/0']],
    ['192.168.1.255', ['192.168.1.255/32', '192.168.0.0/16', '128.0.0.0/1', '0.0.0.0/0']],
    ['255.255.255.255', ['255.255.255.255/32', '128.0.0.0/1', '0.0.0.0/0']],
    ['0.0.0.0', ['0.0.0.0/0']],
    ['fd00::1', []],
  ])('%s', (text, expected) => {
    expect(covering('ipv4', V4, text)).toEqual(expected);
  });

  it.each([
    ['fd00::1', ['fd00::1/128', 'fd00::/64', 'fd00::/8', '8000::/1', '::/0']],
    ['fd00:1::1', ['fd00::/8', '8000::/1', '::/0']],
    ['::1', ['::/0']],
    ['10.0.0.1', []],
  ])('%s', (text, expected) => {
    expect(covering('ipv6', V6, text)).toEqual(expected);
  });
});
