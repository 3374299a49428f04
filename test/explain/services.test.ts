import { describe, expect, it } from 'vitest';
import { listServices } from '../../src/explain/list-services.ts';
import { endpointOf, known, serviceOf } from './services-fixture.ts';

// Hashes of shop/web over TCP and of its endpoints 10.244.1.11:8080 and 10.244.1.12:8080, as kube-proxy 1.36 wrote them.
const WEB = 'E3PXEPMWAWIUT6ZV';
const FIRST = 'FBUQD36J3XDXJWPV';
const SECOND = 'IRSVATMN7ADH7EG4';
const THIRD = 'PIE7USDGD3CH7NDN';

const HEAD = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-SVC-${WEB} - [0:0]
:KUBE-SEP-${FIRST} - [0:0]
:KUBE-SEP-${SECOND} - [0:0]
:KUBE-SEP-${THIRD} - [0:0]
-A PREROUTING -j KUBE-SERVICES
`;
const ENTRY = `-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-${WEB}
`;
const TWO = `-A KUBE-SVC-${WEB} ! -s 10.244.0.0/16 -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-${WEB} -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-${FIRST}
-A KUBE-SVC-${WEB} -j KUBE-SEP-${SECOND}
`;
const sep = (chain: string, address: string) =>
  `-A KUBE-SEP-${chain} -s ${address}/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-${chain} -p tcp -m tcp -j DNAT --to-destination ${address}:8080
`;
const SEPS = sep(FIRST, '10.244.1.11') + sep(SECOND, '10.244.1.12') + sep(THIRD, '10.244.2.11');
const END = 'COMMIT\n';
const WEB_API = {
  services: [serviceOf({})],
  endpoints: [endpointOf('10.244.1.11'), endpointOf('10.244.1.12')],
};

function only(text: string, cluster = {}) {
  const items = listServices(known(text, cluster, 'node-1'));
  expect(items).toHaveLength(1);
  const [item] = items;
  if (item === undefined) throw new Error('no item');
  return item;
}

describe('listServices', () => {
  it('reads name, address and endpoints from the chains, and confirms the name by the hash', () => {
    const item = only(HEAD + ENTRY + TWO + SEPS + END, WEB_API);
    expect(item).toMatchObject({
      namespace: 'shop',
      name: 'web',
      port: null,
      protocol: 'tcp',
      family: 'ipv4',
      namedBy: 'hash',
      conflict: null,
      clusterIPs: [{ address: '10.96.0.1', port: 80 }],
      nodePort: null,
      internalPolicy: 'Cluster',
      externalPolicy: null,
      affinitySeconds: null,
      refusals: [],
      chains: [`KUBE-SVC-${WEB}`, `KUBE-SEP-${FIRST}`, `KUBE-SEP-${SECOND}`],
    });
    expect(item.endpoints).toMatchObject([
      { address: '10.244.1.11', port: 8080, share: 0.5, scope: 'cluster', chain: `KUBE-SEP-${FIRST}` },
      { address: '10.244.1.12', port: 8080, share: 0.5, scope: 'cluster', chain: `KUBE-SEP-${SECOND}` },
    ]);
    expect(item.endpoints[0]?.endpoint).toMatchObject({
      pod: 'pod-10.244.1.11',
      thisNode: true,
      ready: true,
    });
  });

  it('takes the name from the comment when nothing is known of the API', () => {
    expect(only(HEAD + ENTRY + TWO + SEPS + END)).toMatchObject({
      namespace: 'shop',
      name: 'web',
      namedBy: 'comment',
      conflict: null,
    });
  });

  it('does not believe a comment that the hash of its own chain refutes', () => {
    const text = HEAD + ENTRY.replace('shop/web', 'shop/other') + TWO + SEPS + END;
    expect(only(text)).toMatchObject({
      namespace: null,
      name: null,
      namedBy: 'none',
      conflict: 'shop/other',
    });
  });

  it('reports a comment that disagrees with the API object whose hash the chain carries', () => {
    const text = HEAD + ENTRY.replace('shop/web', 'shop/other') + TWO + SEPS + END;
    expect(only(text, WEB_API)).toMatchObject({ name: 'web', namedBy: 'hash', conflict: 'shop/other' });
  });

  it('names a port by its address alone where no API object has the hash', () => {
    const cluster = { services: [serviceOf({ name: 'renamed' })], endpoints: [] };
    expect(only(HEAD + ENTRY + TWO + SEPS + END, cluster)).toMatchObject({
      name: 'renamed',
      namedBy: 'api',
      conflict: 'shop/web',
    });
  });

  it('names a port without any comment, as kube-proxy writes its chains in large-cluster mode', () => {
    const bare = ENTRY.replace(/-m comment --comment "[^"]*" /, '');
    expect(only(HEAD + bare + TWO + SEPS + END, WEB_API)).toMatchObject({ name: 'web', namedBy: 'hash' });
    expect(only(HEAD + bare + TWO + SEPS + END)).toMatchObject({
      name: null,
      namedBy: 'none',
      conflict: null,
    });
  });

  it('gives each of three endpoints a third, up to the rounding that the kernel makes', () => {
    const three = `-A KUBE-SVC-${WEB} -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-${FIRST}
-A KUBE-SVC-${WEB} -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-${SECOND}
-A KUBE-SVC-${WEB} -j KUBE-SEP-${THIRD}
`;
    const { endpoints } = only(HEAD + ENTRY + three + SEPS + END);
    for (const { share } of endpoints) expect(Math.abs(share - 1 / 3)).toBeLessThan(2 ** -31);
    expect(endpoints.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('sums the shares of an endpoint that several rules choose, and leaves session affinity out of the sum', () => {
    const rules = `-A KUBE-SVC-${WEB} -m recent --rcheck --seconds 300 --reap --name KUBE-SEP-${FIRST} --mask 255.255.255.255 --rsource -j KUBE-SEP-${FIRST}
-A KUBE-SVC-${WEB} -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-${FIRST}
-A KUBE-SVC-${WEB} -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-${SECOND}
-A KUBE-SVC-${WEB} -j KUBE-SEP-${FIRST}
`;
    const item = only(HEAD + ENTRY + rules + SEPS + END);
    expect(item.affinitySeconds).toBe(300);
    expect(item.endpoints.map(({ address, share }) => [address, share])).toEqual([
      ['10.244.1.11', 0.75],
      ['10.244.1.12', 0.25],
    ]);
  });

  it('shows uneven shares as they are', () => {
    const uneven = TWO.replace('0.50000000000', '0.90000000000');
    const [first, second] = only(HEAD + ENTRY + uneven + SEPS + END).endpoints;
    expect(first?.share).toBeCloseTo(0.9, 8);
    expect(second?.share).toBeCloseTo(0.1, 8);
  });

  it('gives no share to what stands behind a foreign verdict', () => {
    const foreign = `-A KUBE-SVC-${WEB} -j RETURN\n${TWO}`;
    expect(only(HEAD + ENTRY + foreign + SEPS + END).endpoints.map(({ share }) => share)).toEqual([0, 0]);
  });

  it('gives no share to an endpoint chain that lost its DNAT rule: its packets come back', () => {
    const { endpoints } = only(HEAD + ENTRY + TWO + sep(SECOND, '10.244.1.12') + END, WEB_API);
    expect(endpoints.map(({ address, share }) => [address, share])).toEqual([
      ['10.244.1.11', 0],
      ['10.244.1.12', 1],
    ]);
  });

  it('shows the address that the DNAT rule has, even where the hash promises another', () => {
    const text = HEAD + ENTRY + TWO + SEPS.replace('10.244.1.11:8080', '10.244.1.11:8081') + END;
    expect(only(text, WEB_API).endpoints[0]).toMatchObject({ address: '10.244.1.11', port: 8081 });
  });

  it.each([
    ['by the hash of an API endpoint', WEB_API, '', { address: '10.244.1.11', port: 8080 }],
    ['by a comment that the hash confirms', {}, '10.244.1.11:8080', { address: '10.244.1.11', port: 8080 }],
    ['not by a comment that the hash refutes', {}, '10.244.1.11:9', { address: '10.244.1.11', port: null }],
  ])('recovers an endpoint whose DNAT an old tool could not print: %s', (_, cluster, said, expected) => {
    const comment = said === '' ? '' : `-m comment --comment "shop/web -> ${said}" `;
    const text =
      HEAD +
      ENTRY +
      TWO.replace('-m statistic', `${comment}-m statistic`) +
      SEPS.replaceAll(/DNAT --to-destination \S+/g, 'DNAT [unsupported revision]') +
      END;
    expect(only(text, cluster).endpoints[0]).toMatchObject({ ...expected, share: 0.5 });
  });

  it('lists a port whose chain is empty, without endpoints', () => {
    expect(only(HEAD + ENTRY + END)).toMatchObject({
      clusterIPs: [{ address: '10.96.0.1', port: 80 }],
      endpoints: [],
    });
  });

  it('lists a port whose chain the dump does not hold', () => {
    const text = '*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n'.concat(ENTRY, END);
    expect(only(text)).toMatchObject({ name: 'web', endpoints: [], chains: [`KUBE-SVC-${WEB}`] });
  });

  it('lists a port to which no rule leads any more, without an address', () => {
    expect(only(HEAD + TWO + SEPS + END, WEB_API)).toMatchObject({
      name: 'web',
      clusterIPs: [],
      internalPolicy: null,
      endpoints: [{ address: '10.244.1.11' }, { address: '10.244.1.12' }],
    });
  });

  it('finds nothing in rules without kube-proxy, and nothing in nothing', () => {
    expect(listServices(known('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n'))).toEqual([]);
    expect(listServices(known(''))).toEqual([]);
  });

  it('keeps the two backends of a node apart', () => {
    const text = HEAD + ENTRY + TWO + SEPS + END;
    const both = `# Generated by iptables-save v1.8.9 (nf_tables)\n${text}# Generated by iptables-save v1.8.9 (legacy)\n${text}`;
    const items = listServices(known(both, WEB_API));
    expect(items.map(({ name, backend }) => [name, backend])).toEqual([
      ['web', 'iptables-legacy'],
      ['web', 'iptables-nft'],
    ]);
  });
});
