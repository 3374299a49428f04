import { describe, expect, it } from 'vitest';
import { listServices } from '../../src/explain/list-services.ts';
import { known, serviceOf } from './services-fixture.ts';

const filter = (rules: string) => `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
${rules}COMMIT
`;
const EMPTY =
  filter(`-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "shop/web has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
-A KUBE-EXTERNAL-SERVICES -d 198.51.100.1/32 -p tcp -m comment --comment "shop/web has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "shop/web has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j REJECT --reject-with icmp-port-unreachable
-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web health check node port" -m tcp --dport 30500 -j ACCEPT
`);
const API = {
  services: [
    serviceOf({
      type: 'LoadBalancer',
      loadBalancer: [{ ip: '198.51.100.1', hostname: null, ipMode: null }],
      ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: 30080, targetPort: '8080' }],
    }),
  ],
};

describe('refusals in listServices', () => {
  it('lists a port without endpoints, which exists in the filter table alone, once', () => {
    const items = listServices(known(EMPTY, API));
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      namespace: 'shop',
      name: 'web',
      namedBy: 'api',
      protocol: 'tcp',
      clusterIPs: [{ address: '10.96.0.1', port: 80 }],
      externalIPs: [],
      loadBalancerIPs: [{ address: '198.51.100.1', port: 80 }],
      nodePort: 30080,
      endpoints: [],
      chains: [],
      refusals: [
        { action: 'reject', address: '10.96.0.1', port: 80, nodePort: false, line: 9 },
        { action: 'reject', address: '198.51.100.1', port: 80, nodePort: false, line: 10 },
        { action: 'reject', address: null, port: 30080, nodePort: true, line: 11 },
      ],
    });
  });

  it('does not claim a policy that no rule shows', () => {
    expect(listServices(known(EMPTY, API))[0]).toMatchObject({ internalPolicy: null, externalPolicy: null });
  });

  it('lists the same port by its comment without the API', () => {
    expect(listServices(known(EMPTY))).toMatchObject([{ name: 'web', namedBy: 'comment', nodePort: 30080 }]);
  });

  it('lists refusals without comment and without API by their addresses, unnamed', () => {
    const bare = EMPTY.replaceAll(/-m comment --comment "[^"]*" /g, '');
    const items = listServices(known(bare));
    expect(items.map(({ name, namedBy }) => [name, namedBy])).toEqual([
      [null, 'none'],
      [null, 'none'],
      [null, 'none'],
    ]);
  });

  it('reports a comment that speaks of another Service than the address does', () => {
    const text = filter(
      '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "shop/old has no endpoints" -m tcp --dport 80 -j REJECT\n',
    );
    expect(listServices(known(text, API))).toMatchObject([
      { name: 'web', namedBy: 'api', conflict: 'shop/old' },
    ]);
  });

  it('reads policy Local from a DROP for want of local endpoints', () => {
    const text =
      filter(`-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "shop/web has no local endpoints" -m tcp --dport 80 -j DROP
-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "shop/web has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j DROP
`);
    expect(listServices(known(text))).toMatchObject([{ internalPolicy: 'Local', externalPolicy: 'Local' }]);
  });

  it('joins a DROP of KUBE-PROXY-FIREWALL to the Service whose KUBE-FW chain it names', () => {
    const text = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-FW-E3PXEPMWAWIUT6ZV - [0:0]
:KUBE-EXT-E3PXEPMWAWIUT6ZV - [0:0]
-A KUBE-SERVICES -d 198.51.100.1/32 -p tcp -m comment --comment "shop/web loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-E3PXEPMWAWIUT6ZV
-A KUBE-FW-E3PXEPMWAWIUT6ZV -s 192.0.2.0/24 -m comment --comment "shop/web loadbalancer IP" -j KUBE-EXT-E3PXEPMWAWIUT6ZV
-A KUBE-FW-E3PXEPMWAWIUT6ZV -s 198.51.100.1/32 -m comment --comment "shop/web loadbalancer IP" -j KUBE-EXT-E3PXEPMWAWIUT6ZV
-A KUBE-FW-E3PXEPMWAWIUT6ZV -m comment --comment "other traffic to shop/web will be dropped by KUBE-PROXY-FIREWALL"
COMMIT
${filter('-A KUBE-PROXY-FIREWALL -d 198.51.100.1/32 -p tcp -m comment --comment "shop/web traffic not accepted by KUBE-FW-E3PXEPMWAWIUT6ZV" -m tcp --dport 80 -j DROP\n')}`;
    // The range of the load balancer's own address is kube-proxy's, for nodes that own the address.
    expect(listServices(known(text))).toMatchObject([
      {
        name: 'web',
        sourceRanges: ['192.0.2.0/24'],
        loadBalancerIPs: [{ address: '198.51.100.1', port: 80 }],
        refusals: [{ action: 'drop', address: '198.51.100.1', nodePort: false }],
      },
    ]);
  });

  it.each([
    ['set by kubelet', '-A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000\n', 1],
    ['never set, as kube-proxy alone leaves it', '', 0],
  ])('takes the drop mark of 1.20 for a refusal only where it is %s', (_, mark, refusals) => {
    const text = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-MARK-DROP - [0:0]
:KUBE-XLB-E3PXEPMWAWIUT6ZV - [0:0]
${mark}-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web" -m tcp --dport 30080 -j KUBE-XLB-E3PXEPMWAWIUT6ZV
-A KUBE-XLB-E3PXEPMWAWIUT6ZV -m comment --comment "shop/web has no local endpoints" -j KUBE-MARK-DROP
COMMIT
`;
    const [item] = listServices(known(text));
    expect(item).toMatchObject({ nodePort: 30080, externalPolicy: 'Local', endpoints: [] });
    expect(item?.refusals).toHaveLength(refusals);
  });
});

describe('userspace mode in listServices', () => {
  const portals = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-PORTALS-CONTAINER - [0:0]
:KUBE-PORTALS-HOST - [0:0]
:KUBE-NODEPORT-CONTAINER - [0:0]
-A KUBE-NODEPORT-CONTAINER -p tcp -m comment --comment "shop/web" -m tcp --dport 30080 -j REDIRECT --to-ports 34197
-A KUBE-PORTALS-CONTAINER -d 10.96.0.1/32 -p tcp -m comment --comment "shop/web" -m tcp --dport 80 -j REDIRECT --to-ports 34197
-A KUBE-PORTALS-HOST -d 10.96.0.1/32 -p tcp -m comment --comment "shop/web" -m tcp --dport 80 -j DNAT --to-destination 192.168.100.11:34197
-A KUBE-PORTALS-HOST -d 198.51.100.1/32 -p tcp -m comment --comment "shop/web" -m tcp --dport 80 -j DNAT --to-destination 192.168.100.11:34197
COMMIT
`;

  it('lists each port with the address at which kube-proxy itself answers', () => {
    expect(listServices(known(portals, API))).toMatchObject([
      {
        name: 'web',
        namedBy: 'api',
        clusterIPs: [{ address: '10.96.0.1', port: 80 }],
        loadBalancerIPs: [{ address: '198.51.100.1', port: 80 }],
        nodePort: 30080,
        endpoints: [{ address: '192.168.100.11', port: 34197, chain: 'KUBE-PORTALS-HOST', endpoint: null }],
      },
    ]);
  });
});
