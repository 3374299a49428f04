import { describe, expect, it } from 'vitest';
import { sameRouting } from '../../src/diff/space/same-routing.ts';
import type { Host } from '../../src/host/facts.ts';
import { nodeOf } from '../trace/node.ts';

const OTHERS: Readonly<Record<string, Host>> = {
  'a route': nodeOf({ routes: ['10.9.0.0/16 via 192.168.1.9 dev eth1'] }),
  'an IPv6 route': nodeOf({ routes: ['fd00:9::/64 dev eth1'] }),
  'a policy rule': nodeOf({ rules: [{ priority: 5, src: 'all', table: '100' }] }),
  'a switch': nodeOf({ sysctls: { 'net.ipv4.conf.eth1.rp_filter': '1' } }),
  'an address': nodeOf({
    host: { links: nodeOf().links?.map((link) => ({ ...link, addresses: [] })) ?? null },
  }),
  'no links': nodeOf({ host: { links: null } }),
  'some links alone': nodeOf({ host: { someLinks: [] } }),
  'which tables were listed': nodeOf({ host: { listedTables: { ipv4: ['main'], ipv6: null } } }),
};

describe('Do two nodes route alike?', () => {
  it('those that were captured alike do', () => {
    for (const family of ['ipv4', 'ipv6'] as const)
      expect(sameRouting(nodeOf(), nodeOf(), family)).toBe(true);
  });

  it.each(Object.keys(OTHERS))('not those that differ in %s', (what) => {
    const other = OTHERS[what] ?? nodeOf();
    for (const family of ['ipv4', 'ipv6'] as const) {
      expect(sameRouting(nodeOf(), other, family)).toBe(false);
      expect(sameRouting(other, nodeOf(), family)).toBe(false);
    }
  });

  it('labels of addresses count in IPv6 alone', () => {
    const labelled = nodeOf({ host: { labels: [] } });
    expect(sameRouting(nodeOf(), labelled, 'ipv4')).toBe(true);
    expect(sameRouting(nodeOf(), labelled, 'ipv6')).toBe(false);
  });
});
