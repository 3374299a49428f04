import { describe, expect, it } from 'vitest';
import {
  deleteRules,
  type Edit,
  editObjects,
  findIn,
  insertRules,
  RULES,
  replace,
} from './altered-capture.ts';
import { CNI_RULES } from './cni-rules.ts';

/** What is reported as an error or a warning, but for the flows that the fixture really has. */
async function alarmsIn(edits: readonly Edit[], fixture?: string): Promise<string[]> {
  const found = await findIn(edits, fixture);
  return found
    .filter(({ severity, code }) => severity !== 'info' && code !== 'KP101')
    .map(({ code, message }) => `${code} ${message}`);
}

const inNat = (change: (line: string) => string | null): Edit => [
  RULES,
  (text) =>
    text.replace(/^\*nat\n[\s\S]*?^COMMIT/m, (block) =>
      block
        .split('\n')
        .flatMap((line) => change(line) ?? [])
        .join('\n'),
    ),
];

const addItems = (file: string, ...items: readonly object[]): Edit => [
  file,
  (text) => {
    const list: { items: object[] } = JSON.parse(text);
    return JSON.stringify({ ...list, items: [...list.items, ...items] });
  },
];

const json = (file: string, change: (list: unknown[]) => unknown[]): Edit => [
  file,
  (text) => JSON.stringify(change(JSON.parse(text))),
];

const service = (name: string, spec: object, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', labels },
  spec,
});

const HEALTHY: readonly (readonly [string, readonly Edit[]])[] = [
  ['a dump of the nat table alone', [[RULES, (text) => (/^\*nat[\s\S]*?^COMMIT\n/m.exec(text) ?? [''])[0]]]],
  [
    'rules without comments',
    [[RULES, (text) => text.replaceAll(/ -m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+)/g, '')]],
  ],
  ['rules without counters', [[RULES, (text) => text.replaceAll(/^\[\d+:\d+\] /gm, '')]]],
  [
    'a large cluster, where kube-proxy writes no comments into Services’ chains',
    [
      [
        RULES,
        (text) =>
          text.replaceAll(/^(.*-A KUBE-(?:SVC|SEP|SVL|EXT|FW)-.*?) -m comment --comment "[^"]*"/gm, '$1'),
      ],
    ],
  ],
  ['pods told by interface', [[RULES, (text) => text.replaceAll('! -s 10.244.0.0/16', '! -i cni0')]]],
  [
    'pods told by the node’s own pod CIDR',
    [[RULES, (text) => text.replaceAll('-s 10.244.0.0/16', '-s 10.244.1.0/24')]],
  ],
  [
    'no pod network told',
    [inNat((line) => (/10\.244\.0\.0\/16.*(?:KUBE-MARK-MASQ|pod traffic)/.test(line) ? null : line))],
  ],
  [
    'another mark bit',
    [
      [
        RULES,
        (text) =>
          text.replaceAll('0x4000/0x4000', '0x100000/0x100000').replaceAll('0x4000/0x0', '0x100000/0x0'),
      ],
    ],
  ],
  [
    '-m nfacct in the rule that drops INVALID packets',
    [
      replace(
        RULES,
        /(-A KUBE-FORWARD -m conntrack --ctstate INVALID)/,
        '$1 -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts',
      ),
    ],
  ],
  [
    'a load balancer without node ports',
    [
      editObjects('services.json', ({ metadata, spec }) => {
        if (metadata.name !== 'lb') return;
        spec.allocateLoadBalancerNodePorts = false;
        for (const port of spec.ports) delete port.nodePort;
      }),
      deleteRules('nat', /-A KUBE-NODEPORTS .*"shop\/lb"/),
    ],
  ],
  [
    'Services that are not kube-proxy’s business',
    [
      addItems(
        'services.json',
        service('headless', {
          type: 'ClusterIP',
          clusterIP: 'None',
          clusterIPs: ['None'],
          ports: [{ port: 80 }],
        }),
        service('elsewhere', { type: 'ExternalName', externalName: 'example.org', ports: [{ port: 80 }] }),
        service('no-ports', { type: 'ClusterIP', clusterIP: '10.96.77.7', clusterIPs: ['10.96.77.7'] }),
        service('pending', { type: 'ClusterIP', clusterIP: '', ports: [{ port: 80, protocol: 'TCP' }] }),
        service(
          'other-proxy',
          { type: 'ClusterIP', clusterIP: '10.96.77.8', clusterIPs: ['10.96.77.8'], ports: [{ port: 80 }] },
          { 'service.kubernetes.io/service-proxy-name': 'other' },
        ),
      ),
    ],
  ],
  [
    'slices that kube-proxy passes over',
    [
      addItems(
        'endpointslices.json',
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          addressType: 'FQDN',
          metadata: { name: 'web-names', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
          endpoints: [{ addresses: ['web.example.org'] }],
          ports: [{ name: '', port: 8080, protocol: 'TCP' }],
        },
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          addressType: 'IPv4',
          metadata: { name: 'web-empty', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
          endpoints: null,
          ports: null,
        },
      ),
    ],
  ],
  [
    'pods that have ended, wait, or use the host’s network',
    [
      addItems(
        'pods.json',
        {
          metadata: { name: 'done', namespace: 'shop' },
          spec: { nodeName: 'node-1', containers: [{ ports: [{ containerPort: 8080, hostPort: 8999 }] }] },
          status: { phase: 'Succeeded', podIP: '10.244.1.11', podIPs: [{ ip: '10.244.1.11' }] },
        },
        {
          metadata: { name: 'waits', namespace: 'shop' },
          spec: { nodeName: 'node-1', containers: [{ ports: [{ containerPort: 1, hostPort: 8998 }] }] },
          status: { phase: 'Pending' },
        },
        {
          metadata: { name: 'exporter', namespace: 'kube-system' },
          spec: {
            nodeName: 'node-1',
            hostNetwork: true,
            containers: [{ ports: [{ containerPort: 9100, hostPort: 9100 }] }],
          },
          status: { phase: 'Running', podIP: '192.168.100.11', podIPs: [{ ip: '192.168.100.11' }] },
        },
      ),
    ],
  ],
  [
    'Endpoints instead of EndpointSlices: they know one family only',
    [
      [
        'endpointslices.json',
        () => JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [] }).replace('List', 'EndpointsList'),
      ],
      [
        'endpoints.json',
        () =>
          JSON.stringify({
            kind: 'List',
            apiVersion: 'v1',
            items: [
              {
                apiVersion: 'v1',
                kind: 'Endpoints',
                metadata: { name: 'dual', namespace: 'shop' },
                subsets: [{ addresses: [{ ip: '10.244.1.11' }], ports: [{ port: 8080, protocol: 'TCP' }] }],
              },
            ],
          }),
      ],
    ],
  ],
  [
    'loopback is accepted first in INPUT: the node’s own stack refuses what has no endpoint',
    [insertRules('filter', 'INPUT', '-i lo -j ACCEPT')],
  ],
  [
    'strict rp_filter, and a network behind a tunnel',
    [
      [
        'sysctl.txt',
        (text) =>
          `${text.replace(/^net\.ipv4\.conf\.all\.rp_filter.*\n/m, '')}net.ipv4.conf.all.rp_filter = 1\n`,
      ],
      json('ip-route.json', (routes) => [
        ...routes,
        { dst: '10.8.0.0/24', gateway: '10.8.0.2', dev: 'tun0', flags: [] },
      ]),
    ],
  ],
  [
    '--masquerade-all, and bridge-nf-call-iptables is 0',
    [
      [RULES, (text) => text.replaceAll(/! -s 10\.244\.0\.0\/16 (-d .*KUBE-MARK-MASQ)/g, '$1')],
      replace(
        'sysctl.txt',
        'net.bridge.bridge-nf-call-iptables = 1',
        'net.bridge.bridge-nf-call-iptables = 0',
      ),
    ],
  ],
  [
    'node-local-dns at its own address, and routes without the table local',
    [
      insertRules(
        'raw',
        'PREROUTING',
        '-d 169.254.20.10/32 -p udp -m comment --comment "NodeLocal DNS Cache: skip conntrack" -m udp --dport 53 -j NOTRACK',
      ),
      json('ip-addr.json', (links) => [
        ...links,
        {
          ifindex: 91,
          ifname: 'nodelocaldns',
          flags: ['BROADCAST', 'NOARP'],
          operstate: 'DOWN',
          addr_info: [{ family: 'inet', local: '169.254.20.10', prefixlen: 32, scope: 'global' }],
        },
      ]),
    ],
  ],
];

describe('nothing is wrong with', () => {
  it.each(HEALTHY)('%s', async (_, edits) => {
    expect(await alarmsIn(edits)).toEqual([]);
  });

  it.each(Object.entries(CNI_RULES))('the rules of %s', async (_, edits) => {
    expect(await alarmsIn(edits)).toEqual([]);
  });
});
