import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeName } from '../../src/explain/chains/chain-readers.ts';
import { podNetworks } from '../../src/explain/question/this-node.ts';
import type { ServiceItem } from '../../src/explain/service-list.ts';
import { listProgrammed } from '../../src/explain/services/carriers.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { openCapture } from '../support/open-capture.ts';

const CAPTURES = new URL('../../../shared/captures/', import.meta.url).pathname;

async function open(name: string) {
  return (await openCapture(`${CAPTURES}${name}`)).known;
}

/** kube-proxy was stopped there before these Services lost an endpoint: the rules still have it. */
const STALE = new Set(['udp-stale', 'udp-stale-np']);

/** What a list says of a Service port, whatever programs it. */
function told(items: readonly ServiceItem[]) {
  const sorted = <Item>(list: readonly Item[]) => list.map((each) => JSON.stringify(each)).sort();
  return items
    .filter(({ name }) => !STALE.has(name ?? ''))
    .map((item) => ({
      name: `${item.namespace}/${item.name}:${item.port} ${item.protocol} ${item.family}`,
      addresses: sorted([...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs]),
      clusterIPs: item.clusterIPs,
      nodePort: item.nodePort,
      policies: [item.internalPolicy, item.externalPolicy],
      affinity: item.affinitySeconds,
      ranges: [...item.sourceRanges].sort(),
      open: [item.unprogrammed, item.notCaptured, item.misdirected],
      endpoints: sorted(
        item.endpoints.map(({ address, port, share, scope, endpoint }) => [
          address,
          port,
          share.toFixed(6),
          scope,
          endpoint,
        ]),
      ),
      refusals: sorted(
        item.refusals.map(({ action, address, port, nodePort }) => [action, address, port, nodePort]),
      ),
    }));
}

describe.skipIf(!existsSync(CAPTURES))('a node in nftables mode', () => {
  it.each(['1.36-nftables-nft', '1.32-nftables-nft'])(
    'lists the Services of %s as iptables mode does on the same node',
    async (name) => {
      const native = listProgrammed(await open(name));
      expect(native.every(({ backend }) => backend === 'nft')).toBe(true);
      expect(told(native)).toEqual(told(listProgrammed(await open('1.36-iptables-nft'))));
    },
  );

  it.each(['1.36-nftables-nft', '1.32-nftables-nft'])(
    'learns the pods’ network from the rules of %s',
    async (name) => {
      const known = await open(name);
      const unsaid = {
        ...known,
        rulesets: [],
        cluster: { ...known.cluster, nodes: [] },
        nft: known.nft ?? null,
      };
      const texts = (['ipv4', 'ipv6'] as const).map((family) =>
        podNetworks(unsaid, family).map(formatPrefix),
      );
      expect(texts).toEqual([['10.244.0.0/16'], ['fd00:10:244::/48']]);
    },
  );

  it('lists the endpoints that the rules hold, and not those of the API', async () => {
    const items = listProgrammed(await open('1.36-nftables-nft'));
    const stale = items.find(({ name }) => name === 'udp-stale');
    expect(stale?.endpoints.map(({ address, endpoint }) => [address, endpoint?.ready ?? null])).toEqual([
      ['10.244.1.11', null],
      ['10.244.2.11', true],
    ]);
  });

  it('describes a chain, a map, an element and a Service by name', async () => {
    const known = await open('1.36-nftables-nft');
    const kinds = (name: string) =>
      describeName(name, known).map(({ kind, name: found }) => `${kind} ${found}`);
    expect(kinds('ip kube-proxy services rule 2')).toEqual(['chain services']);
    expect(kinds('452DNVGS')).toEqual(['chain service-452DNVGS-shop/web/tcp/']);
    expect(kinds('shop/web')).toEqual([
      'element service-ips 10.96.10.1 . tcp . 80',
      'chain service-452DNVGS-shop/web/tcp/',
    ]);
    expect(kinds('no-such-thing')).toEqual([]);
    const [element] = describeName('service-ips 10.96.10.1 . tcp . 80', known);
    expect(element).toMatchObject({
      kind: 'element',
      service: { namespace: 'shop', name: 'web', namedBy: 'api' },
      leadsTo: ['service-452DNVGS-shop/web/tcp/'],
      reach: 'hooked',
    });
    expect(element?.rules.map(({ note }) => note)).toEqual(['10.96.10.1:80/tcp is shop/web.']);
    expect(element?.jumpedFrom.map(({ chain, rule }) => `${chain} ${rule}`)).toEqual(['services 2']);
  });
});
