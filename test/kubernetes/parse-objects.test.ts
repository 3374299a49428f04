import { describe, expect, it } from 'vitest';
import {
  type ClusterPart,
  isKubernetes,
  mergeClusters,
  parseObjects,
} from '../../src/kubernetes/parse-objects.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { type ToldProblem, toldAll } from '../../src/problems/told-problem.ts';

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'web',
    namespace: 'shop',
    labels: { app: 'web', odd: 7, 'service.kubernetes.io/headless': '' },
    annotations: { a: 'b', 'service.kubernetes.io/topology-mode': 'Auto' },
  },
  spec: {
    clusterIP: '10.96.10.1',
    clusterIPs: ['10.96.10.1', 'fd00:10:96:0:0:0:0:1'],
    externalIPs: ['192.168.100.200'],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30999,
    internalTrafficPolicy: 'Cluster',
    loadBalancerSourceRanges: ['10.0.0.0/8'],
    ports: [
      { name: 'http', nodePort: 30080, port: 80, protocol: 'TCP', targetPort: 'web' },
      { port: 53, protocol: 'UDP', targetPort: 5353 },
    ],
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
    trafficDistribution: 'PreferClose',
    type: 'LoadBalancer',
  },
  status: {
    loadBalancer: { ingress: [{ ip: '203.0.113.10', ipMode: 'Proxy' }, { hostname: 'lb.example' }] },
  },
};

const SLICE = {
  addressType: 'IPv4',
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-x', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  endpoints: [
    {
      addresses: ['10.244.1.11', '10.244.1.99'],
      conditions: { ready: true, serving: true, terminating: false },
      hints: { forZones: [{ name: 'zone-a' }], forNodes: [{ name: 'node-1' }] },
      nodeName: 'node-1',
      zone: 'zone-a',
      targetRef: { kind: 'Pod', name: 'web-a1', namespace: 'shop' },
    },
    { addresses: ['10.244.1.12'], conditions: {} },
    { addresses: ['10.244.1.13'], conditions: { ready: false, serving: true, terminating: true } },
    { addresses: ['10.244.1.14'], conditions: { ready: false } },
  ],
  ports: [
    { name: 'http', port: 8080, protocol: 'TCP' },
    { name: 'any', port: null },
  ],
};

async function read(text: string): Promise<{ part: ClusterPart; problems: ToldProblem[] }> {
  const problems = new ProblemList();
  const part = await parseObjects({ name: 'objects', bytes: Buffer.from(text) }, problems);
  return { part, problems: toldAll(problems.list()) };
}

const readValue = (value: unknown) => read(JSON.stringify(value));

describe('a page of a list', () => {
  it.each([
    ['the first one is not taken for all', '{"continue":"eyJ2Ijo","remainingItemCount":7}', ['truncated']],
    ['the last one cannot be told from a whole list', '{"continue":"","resourceVersion":"5"}', []],
  ])('%s', async (_, metadata, codes) => {
    const problems = new ProblemList();
    const text = `{"kind":"ServiceList","apiVersion":"v1","metadata":${metadata},"items":[{"metadata":{"name":"a","namespace":"b"},"spec":{"clusterIP":"10.0.0.1"}}]}`;
    const { services } = await parseObjects({ name: 'services.json', bytes: Buffer.from(text) }, problems);
    expect(services).toMatchObject([{ namespace: 'b', name: 'a' }]);
    expect(toldAll(problems.list()).map(({ code }) => code)).toEqual(codes);
  });
});

describe('a Service', () => {
  it('keeps every field that rules depend on', async () => {
    const { part, problems } = await readValue(SERVICE);
    expect(part).toEqual({
      services: [
        {
          namespace: 'shop',
          name: 'web',
          type: 'LoadBalancer',
          clusterIPs: ['10.96.10.1', 'fd00:10:96::1'],
          externalIPs: ['192.168.100.200'],
          loadBalancer: [
            { ip: '203.0.113.10', hostname: null, ipMode: 'Proxy' },
            { ip: null, hostname: 'lb.example', ipMode: null },
          ],
          loadBalancerSourceRanges: ['10.0.0.0/8'],
          externalTrafficPolicy: 'Local',
          internalTrafficPolicy: 'Cluster',
          sessionAffinity: 'ClientIP',
          affinitySeconds: 600,
          healthCheckNodePort: 30999,
          trafficDistribution: 'PreferClose',
          labels: { 'service.kubernetes.io/headless': '' },
          annotations: { 'service.kubernetes.io/topology-mode': 'Auto' },
          ports: [
            { name: 'http', protocol: 'TCP', port: 80, nodePort: 30080, targetPort: 'web' },
            { name: '', protocol: 'UDP', port: 53, nodePort: null, targetPort: '5353' },
          ],
        },
      ],
    });
    expect(problems).toEqual([]);
  });

  it('may be headless, a name, or from before clusterIPs', async () => {
    const of = async (spec: object) => (await readValue({ ...SERVICE, spec, status: {} })).part.services?.[0];
    expect((await of({ clusterIP: 'None', clusterIPs: ['None'] }))?.clusterIPs).toEqual(['None']);
    expect(await of({ type: 'ExternalName', externalName: 'db.example' })).toMatchObject({
      type: 'ExternalName',
      clusterIPs: [],
      ports: [],
    });
    expect((await of({ clusterIP: '10.96.0.7' }))?.clusterIPs).toEqual(['10.96.0.7']);
  });

  it('with a broken port keeps the others and says so', async () => {
    const ports = [{ port: 0 }, { port: 'x' }, 17, { port: 80 }];
    const { part, problems } = await readValue({ ...SERVICE, spec: { ports } });
    expect(part.services?.[0]?.ports).toEqual([
      { name: '', protocol: 'TCP', port: 80, nodePort: null, targetPort: '80' },
    ]);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatchObject({ code: 'malformed-object', file: 'objects' });
    expect(problems[0]?.message).toContain('Service shop/web');
  });
});

describe('an EndpointSlice', () => {
  it('gives one endpoint for each address and numbered port', async () => {
    const { part } = await readValue(SLICE);
    expect([...(part.endpoints ?? [])][0]).toEqual({
      namespace: 'shop',
      service: 'web',
      address: '10.244.1.11',
      portName: 'http',
      port: 8080,
      protocol: 'TCP',
      ready: true,
      serving: true,
      terminating: false,
      node: 'node-1',
      zone: 'zone-a',
      zoneHints: ['zone-a'],
      nodeHints: ['node-1'],
      pod: { namespace: 'shop', name: 'web-a1' },
    });
    expect(part.endpoints?.map(({ address }) => address)).toEqual([
      '10.244.1.11',
      '10.244.1.12',
      '10.244.1.13',
      '10.244.1.14',
    ]);
  });

  it('takes ready for true and serving for ready where they are not set', async () => {
    const { part } = await readValue(SLICE);
    const states = part.endpoints?.map(({ ready, serving, terminating }) => [ready, serving, terminating]);
    expect(states).toEqual([
      [true, true, false],
      [true, true, false],
      [false, true, true],
      [false, false, false],
    ]);
  });

  it('of v1beta1 has its node and zone in topology', async () => {
    const endpoint = {
      addresses: ['10.0.0.1'],
      topology: { 'kubernetes.io/hostname': 'node-9', 'topology.kubernetes.io/zone': 'z' },
    };
    const { part } = await readValue({
      ...SLICE,
      apiVersion: 'discovery.k8s.io/v1beta1',
      endpoints: [endpoint],
    });
    expect(part.endpoints).toMatchObject([{ node: 'node-9', zone: 'z' }]);
  });

  it('of names, or of no Service, has no endpoints but was captured', async () => {
    expect((await readValue({ ...SLICE, addressType: 'FQDN' })).part.endpoints).toEqual([]);
    expect((await readValue({ ...SLICE, metadata: { name: 'x' } })).part.endpoints).toEqual([]);
    expect((await readValue({ ...SLICE, ports: null, endpoints: null })).part.endpoints).toEqual([]);
  });
});

describe('Endpoints, the older form', () => {
  const ENDPOINTS = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'shop' },
    subsets: [
      {
        addresses: [
          { ip: '10.244.1.11', nodeName: 'node-1', targetRef: { kind: 'Pod', name: 'p', namespace: 'shop' } },
        ],
        notReadyAddresses: [{ ip: '10.244.1.12' }, { ip: 'nonsense' }],
        ports: [{ port: 8080 }],
      },
    ],
  };

  it('count where a Service has no EndpointSlice', async () => {
    const { part, problems } = await readValue(ENDPOINTS);
    expect(part.endpoints).toBeUndefined();
    const { endpoints } = mergeClusters([part]);
    expect(endpoints).toMatchObject([
      { address: '10.244.1.11', ready: true, node: 'node-1', pod: { name: 'p' }, portName: '' },
      { address: '10.244.1.12', ready: false, serving: false },
    ]);
    expect(problems).toHaveLength(1);
  });

  it('give way to EndpointSlices of the same Service, in whichever file those stand', async () => {
    const other = { ...ENDPOINTS, metadata: { name: 'old', namespace: 'shop' } };
    const older = (await readValue({ kind: 'EndpointsList', items: [ENDPOINTS, other] })).part;
    const slices = (await readValue(SLICE)).part;
    for (const parts of [
      [older, slices],
      [slices, older],
    ]) {
      const services = mergeClusters(parts).endpoints?.map(({ service }) => service);
      expect(services).toEqual(['web', 'web', 'web', 'web', 'old', 'old']);
    }
  });
});

describe('Pods and Nodes', () => {
  it('a Pod tells its addresses, state and host ports', async () => {
    const { part } = await readValue({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'shop', deletionTimestamp: '2026-11-21T08:00:00Z' },
      spec: {
        nodeName: 'node-1',
        hostNetwork: true,
        initContainers: [
          { ports: [{ hostPort: 1, containerPort: 1 }] },
          {
            restartPolicy: 'Always',
            ports: [{ hostPort: 2, containerPort: 3, protocol: 'UDP', hostIP: '::0' }],
          },
        ],
        containers: [{ ports: [{ hostPort: 8888, containerPort: 80 }, { containerPort: 81 }] }, {}],
      },
      status: {
        phase: 'Running',
        podIP: '10.244.1.5',
        podIPs: [{ ip: '10.244.1.5' }, { ip: 'FD00::5' }],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
    expect(part.pods).toEqual([
      {
        namespace: 'shop',
        name: 'p',
        node: 'node-1',
        ips: ['10.244.1.5', 'fd00::5'],
        hostNetwork: true,
        phase: 'Running',
        ready: true,
        terminating: true,
        hostPorts: [
          { hostPort: 2, hostIP: '::', containerPort: 3, protocol: 'UDP' },
          { hostPort: 8888, hostIP: null, containerPort: 80, protocol: 'TCP' },
        ],
      },
    ]);
  });

  it('a Node tells its addresses, Pod ranges and zone', async () => {
    const { part } = await readValue({
      kind: 'Node',
      metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'zone-a' } },
      spec: { podCIDR: '10.244.1.0/24' },
      status: {
        addresses: [
          { type: 'InternalIP', address: '192.168.100.11' },
          { type: 'Hostname', address: 'node-1' },
          5,
        ],
      },
    });
    expect(part.nodes).toEqual([
      {
        name: 'node-1',
        addresses: [
          { type: 'InternalIP', address: '192.168.100.11' },
          { type: 'Hostname', address: 'node-1' },
        ],
        podCIDRs: ['10.244.1.0/24'],
        zone: 'zone-a',
      },
    ]);
  });
});

describe('how objects may be packed', () => {
  it('lists may be mixed and nested, and other kinds are passed over', async () => {
    const { part, problems } = await readValue({
      kind: 'List',
      items: [SERVICE, { kind: 'ConfigMap', metadata: { name: 'x' } }, { kind: 'List', items: [SLICE] }],
    });
    expect(Object.keys(part)).toEqual(['services', 'endpoints']);
    expect(problems).toEqual([]);
  });

  it('items of a typed list need not repeat their kind', async () => {
    const { kind: _kind, apiVersion: _version, ...bare } = SERVICE;
    const { part } = await readValue({ kind: 'ServiceList', apiVersion: 'v1', items: [bare] });
    expect(part.services).toHaveLength(1);
  });

  it('an empty typed list is a captured, empty list; an empty List tells nothing', async () => {
    expect((await readValue({ kind: 'PodList', items: [] })).part).toEqual({ pods: [] });
    expect((await readValue({ kind: 'List', items: [] })).part).toEqual({});
    const cluster = mergeClusters([{ pods: [] }]);
    expect(cluster).toEqual({ services: null, endpoints: null, pods: [], nodes: null });
  });

  it('a Service of another API group is not a Service', async () => {
    const { part } = await readValue({ ...SERVICE, apiVersion: 'serving.knative.dev/v1' });
    expect(part).toEqual({});
  });

  it('YAML holds the same as JSON, in one document or several', async () => {
    const yaml = `# from kubectl
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  clusterIP: 10.96.10.1
  ports:
  - name: "8080"
    port: 80
    targetPort: http
---
apiVersion: v1
items:
- apiVersion: discovery.k8s.io/v1
  addressType: IPv6
  kind: EndpointSlice
  metadata: {name: web-x, namespace: shop, labels: {kubernetes.io/service-name: web}}
  endpoints:
  - addresses: ["fd00::0:11"]
    conditions: {ready: yes}
  ports: [{port: 80, name: "8080"}]
kind: List
---
`;
    const { part, problems } = await read(yaml);
    expect(problems).toEqual([]);
    expect(part.services).toMatchObject([{ name: 'web', ports: [{ name: '8080', targetPort: 'http' }] }]);
    expect(part.endpoints).toMatchObject([{ address: 'fd00::11', port: 80, ready: true }]);
  });

  it('several JSON documents may follow each other in one file', async () => {
    const text = `${JSON.stringify(SERVICE, null, 4)}\n${JSON.stringify(SLICE, null, 4)}\n`;
    const { part, problems } = await read(text);
    expect(part.services).toHaveLength(1);
    expect(part.endpoints).toHaveLength(4);
    expect(problems).toEqual([]);
  });

  it('two captures of one object count once', async () => {
    const { part } = await readValue({ kind: 'List', items: [SERVICE, SLICE, SLICE] });
    const cluster = mergeClusters([part, part]);
    expect(cluster.services).toHaveLength(1);
    expect(cluster.endpoints).toHaveLength(4);
  });
});

describe('input that is broken', () => {
  it.each([0, 4])('a cut list keeps the objects that are complete (indent %i)', async (indent) => {
    const second = { ...SERVICE, metadata: { name: 'say "}" {', namespace: 'shop' } };
    const text = JSON.stringify(
      { apiVersion: 'v1', kind: 'List', items: [SERVICE, second, SERVICE] },
      null,
      indent,
    );
    const { part, problems } = await read(text.slice(0, -40));
    expect(part.services?.map(({ name }) => name)).toEqual(['web', 'say "}" {']);
    expect(problems).toMatchObject([{ code: 'truncated', file: 'objects' }]);
  });

  it('a cut typed list still tells the kind of its items', async () => {
    const items = [{ metadata: { name: 'a', namespace: 'n' } }, { metadata: { name: 'b', namespace: 'n' } }];
    const text = JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items });
    expect((await read(text.slice(0, -10))).part.pods).toMatchObject([{ name: 'a' }]);
  });

  it('cut YAML keeps what stands before the cut and names the line', async () => {
    const { part, problems } = await read(
      'kind: Service\nmetadata:\n  name: a\n---\nkind: Service\nmetadata:\n  name: b\n  labels:\n    x',
    );
    expect(part.services?.map(({ name }) => name)).toContain('a');
    expect(problems).toEqual([]);
    const broken = await read(
      'kind: Service\nmetadata:\n  name: a\n---\nkind: Service\nmetadata:\n  "name: b\n',
    );
    expect(broken.part.services?.map(({ name }) => name)).toContain('a');
    expect(broken.problems[0]).toMatchObject({ code: 'unreadable-yaml' });
    expect(broken.problems[0]?.line).toBeGreaterThan(4);
  });

  it.each([
    ['an object without a name', { kind: 'Service', spec: {} }],
    ['an object without a kind', { metadata: { name: 'x' } }],
    ['a plain value in a list', { kind: 'List', items: ['x'] }],
  ])('%s becomes a problem', async (_name, value) => {
    const { problems } = await readValue(value);
    expect(problems).toMatchObject([{ code: 'malformed-object', file: 'objects' }]);
  });

  it.each([
    [
      'null in every place',
      { kind: 'Service', metadata: { name: 'x', labels: null }, spec: null, status: null },
    ],
    ['lists for objects', { kind: 'Service', metadata: { name: 'x', labels: [] }, spec: [], status: [[]] }],
    [
      'objects for lists',
      { kind: 'Pod', metadata: { name: 'x' }, spec: { containers: {} }, status: { podIPs: {} } },
    ],
    [
      'numbers for texts',
      {
        kind: 'Node',
        metadata: { name: 'x' },
        spec: { podCIDRs: [1] },
        status: { addresses: [{ type: 1 }] },
      },
    ],
  ])('%s does no harm', async (_name, value) => {
    const { part, problems } = await readValue(value);
    expect(Object.values(part).flat()).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  it.each([
    ['nothing', '', 0],
    ['binary data', 'a\0b', 1],
    ['endless brackets', '['.repeat(200_000), 1],
    ['endless braces', '{a: '.repeat(20_000), 2],
    [
      'a billion laughs',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]\n`).join('')}`,
      1,
    ],
    ['maps as keys of maps as keys', '? '.repeat(20_000), 2],
  ])('hostile text (%s) neither hangs nor throws', async (_name, text, most) => {
    const { part, problems } = await read(text);
    expect(Object.values(part).flat()).toEqual([]);
    expect(problems.length).toBeLessThanOrEqual(most);
    expect(problems.length).toBeGreaterThanOrEqual(Math.min(1, most));
  });
});

describe('what is recognised as objects of the API', () => {
  it.each([
    ['kubectl JSON', '{\n    "apiVersion": "v1",\n    "items": [\n'],
    ['compact JSON', '{"kind":"EndpointSliceList","apiVersion":"discovery.k8s.io/v1","items":[]}'],
    ['YAML', 'apiVersion: v1\nitems:\n- apiVersion: v1\n'],
    ['YAML after comments', '# x\n---\nkind: Service\nmetadata:\n'],
  ])('%s is', (_name, text) => {
    expect(isKubernetes(text)).toBe(true);
  });

  it.each([
    ['ip -j addr', '[{"ifindex":1,"ifname":"lo"}]'],
    ['nft -j', '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}'],
    ['capture.json', '{"schemaVersion": 1, "node": "node-1", "kubeProxy": "v1.36"}'],
    ['iptables-save', '*nat\n:PREROUTING ACCEPT [0:0]\n'],
    ['nothing', ''],
  ])('%s is not', (_name, text) => {
    expect(isKubernetes(text)).toBe(false);
  });
});
