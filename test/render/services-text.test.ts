import { describe, expect, it } from 'vitest';
import type { ServiceItem, ServiceList } from '../../src/explain/service-list.ts';
import { loadColours, NO_COLOURS } from '../../src/render/colours.ts';
import { renderServicesText } from '../../src/render/services-text.ts';
import { renderBothWays } from '../support/in-colour.ts';

const WEB: ServiceItem = {
  namespace: 'shop',
  name: 'web',
  port: 'http',
  protocol: 'tcp',
  namedBy: 'api',
  family: 'ipv4',
  backend: 'iptables-nft',
  conflict: null,
  clusterIPs: [{ address: '10.96.10.1', port: 80 }],
  externalIPs: [],
  loadBalancerIPs: [],
  nodePort: 30080,
  internalPolicy: 'Cluster',
  externalPolicy: 'Local',
  affinitySeconds: 10800,
  sourceRanges: ['192.0.2.0/24'],
  endpoints: [
    endpoint('10.244.1.11', 'cluster', true),
    endpoint('10.244.2.11', 'cluster', false),
    endpoint('10.244.1.11', 'local', true),
  ],
  refusals: [],
  unprogrammed: [],
  printed: [],
  notCaptured: [],
  misdirected: [],
  chains: ['KUBE-SVC-A'],
};

function endpoint(
  address: string,
  scope: 'cluster' | 'local',
  thisNode: boolean,
): ServiceItem['endpoints'][number] {
  const ref = {
    namespace: 'shop',
    pod: 'web-1',
    node: null,
    thisNode,
    ready: true,
    serving: true,
    terminating: false,
    zone: null,
  };
  return { address, port: 8080, share: 0.5, scope, chain: 'KUBE-SEP-A', endpoint: ref };
}

const EMPTY: ServiceItem = {
  ...WEB,
  name: 'empty',
  port: '',
  nodePort: null,
  externalPolicy: null,
  affinitySeconds: null,
  sourceRanges: [],
  endpoints: [],
  refusals: [
    {
      action: 'reject',
      address: '10.96.10.1',
      port: 80,
      nodePort: false,
      comment: 'shop/empty has no endpoints',
      file: 'iptables-save.txt',
      line: 7,
    },
  ],
};

function list(
  items: readonly ServiceItem[],
  proxyMode: ServiceList['capture']['proxyMode'] = 'iptables',
): ServiceList {
  return {
    apiVersion: 'kp-explain/v1',
    kind: 'ServiceList',
    capture: { origin: 'x', node: null, takenAt: null, proxyMode, backends: [] },
    problems: [],
    items,
    notProgrammed: [],
    notes: [],
  };
}

const text = (items: readonly ServiceItem[], width: number | null = null) =>
  renderBothWays((colours) => renderServicesText(list(items), { width, colours }));

describe('services as text', () => {
  it('is one aligned line for each port', async () => {
    expect((await text([WEB, EMPTY])).split('\n')).toEqual([
      'SERVICE PORT   CLUSTER IP     NODEPORT  ENDPOINTS    REMARKS',
      'shop/empty     10.96.10.1:80  -         none         rejected',
      'shop/web:http  10.96.10.1:80  30080     2 (1 local)  external Local; client affinity 10800 s; only from 192.0.2.0/24',
      '',
    ]);
  });

  it.each([80, 100, 160])('keeps to %i columns', async (width) => {
    const long = { ...WEB, namespace: 'n'.repeat(63), name: 's'.repeat(63) };
    const out = await text([WEB, long, EMPTY], width);
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(width);
    // Remarks are wrapped, and nothing of them is cut off.
    const remarks = 'external Local; client affinity 10800 s; only from 192.0.2.0/24';
    expect(out.split(/\s+/).join(' ').split(remarks)).toHaveLength(3);
  });

  it('says the shares where they are uneven', async () => {
    const [first, second] = WEB.endpoints;
    if (first === undefined || second === undefined) throw new Error('two endpoints expected');
    const uneven = {
      ...WEB,
      endpoints: [
        { ...first, share: 0.75 },
        { ...second, share: 0.25 },
      ],
    };
    expect(await text([uneven])).toContain('uneven shares: 10.244.1.11:8080 75%, 10.244.2.11:8080 25%');
  });

  it('puts brackets around IPv6 addresses', async () => {
    expect(await text([{ ...WEB, clusterIPs: [{ address: 'fd00::1', port: 80 }] }])).toContain(
      '[fd00::1]:80  ',
    );
  });

  it('escapes names that came from a comment', async () => {
    expect(await text([{ ...WEB, name: 'w\x1b[31m' }])).toContain('shop/w\\x1b[31m:http');
  });

  it('colours nothing but what it means to', async () => {
    const colours = await loadColours(true);
    const coloured = await renderServicesText(list([EMPTY]), { width: null, colours });
    expect(coloured).toContain('\x1b[31mnone\x1b[39m');
    expect(
      coloured
        .replace(/\x1b\[\d+m/g, '')
        .split('\n')[1]
        ?.trimEnd(),
    ).toBe('shop/empty    10.96.10.1:80  -         none       rejected');
  });

  it('says why there are none', async () => {
    const options = { width: 80, colours: NO_COLOURS };
    expect(await renderServicesText(list([], 'nftables'), options)).toMatch(/nftables mode/);
    expect(await renderServicesText(list([]), options)).toBe('No Service is programmed in these rules.\n');
  });
});
