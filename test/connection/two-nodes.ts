import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capturedNodes } from '../../src/cli/cluster/captured-nodes.ts';
import { CapturedPeers } from '../../src/cli/cluster/captured-peers.ts';
import { traceCluster } from '../../src/cli/cluster/trace-cluster.ts';
import { plainQuestion, type TraceQuestion } from '../../src/explain/question/question.ts';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { openCapture } from '../support/open-capture.ts';

/** What differs of a node from the plain one: node N has 192.168.0.N, pods in 10.244.N.0/24 on bridge cni0, and a route to the others'. */
export interface NodeChanges {
  /** Lines of tables filter, raw, mangle and nat behind kube-proxy's, as iptables-save prints them. */
  readonly filter?: readonly string[];
  readonly raw?: readonly string[];
  readonly mangle?: readonly string[];
  readonly nat?: readonly string[];
  /** Policy of FORWARD. */
  readonly forward?: 'ACCEPT' | 'DROP';
  /** Routes before the plain ones. */
  readonly routes?: readonly object[];
  /** Policy rules before the kernel's own. */
  readonly rules?: readonly object[];
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Pods of the other nodes are reached through flannel.1: a VXLAN device, one that sends over IPv6, or one of this kind. */
  readonly overlay?: true | 'ipv6' | 'ipip';
  /** No route to the others' pods, but the default one. */
  readonly lost?: true;
  /** And that device is down. */
  readonly down?: true;
  readonly sockets?: string;
  readonly takenAt?: string;
}

/** The Service of the cluster: shop/web at 10.96.0.5:80 and node port 30080, with a pod 10.244.N.5:8080 on each of the first two nodes. */
const SERVICE = '10.96.0.5';

/** Writes a capture of a node of a cluster of so many. @returns its folder */
export function writeNode(root: string, number: number, of: number, changes: NodeChanges = {}): string {
  const folder = join(root, `node-${number}`);
  mkdirSync(folder, { recursive: true });
  const put = (name: string, content: unknown): void =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : `${JSON.stringify(content)}\n`);
  put('capture.json', {
    apiVersion: 'kp-explain/v1',
    kind: 'CaptureManifest',
    node: `node-${number}`,
    takenAt: changes.takenAt ?? '2026-11-21T10:00:00Z',
    proxyMode: 'iptables',
  });
  put('iptables-save.txt', rulesOf(number, changes));
  put('ip-addr.json', links(number, changes));
  put('ip-route.json', routes(number, of, changes));
  put('ip-rule.json', [
    ...(changes.rules ?? []),
    { priority: 0, src: 'all', table: 'local' },
    { priority: 32766, src: 'all', table: 'main' },
  ]);
  const sysctls = { ...SYSCTLS, ...changes.sysctls };
  put(
    'sysctl.txt',
    Object.entries(sysctls)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  );
  if (changes.sockets !== undefined) put('sockets.txt', changes.sockets);
  for (const [name, items] of Object.entries(objects(of)))
    put(name, { kind: 'List', apiVersion: 'v1', items });
  return folder;
}

const SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  ...Object.fromEntries(
    ['all', 'eth0', 'cni0', 'flannel.1'].flatMap((name) =>
      ['rp_filter', 'send_redirects'].map((key) => [`net.ipv4.conf.${name}.${key}`, '0']),
    ),
  ),
};

function rulesOf(number: number, changes: NodeChanges): string {
  const endpoints = [1, 2].map((node) => `10.244.${node}.5`);
  return `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
${(changes.raw ?? []).map((line) => `${line}\n`).join('')}COMMIT
${mangleOf(changes)}*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-SVL-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-EXT-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-SEP-AAAAAAAAAAAAAAA1 - [0:0]
:KUBE-SEP-AAAAAAAAAAAAAAA2 - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
${(changes.nat ?? []).map((line) => `${line}\n`).join('')}-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web" -m tcp --dport 30080 -j KUBE-EXT-AAAAAAAAAAAAAAAA
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE --random-fully
-A KUBE-SERVICES -d ${SERVICE}/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-EXT-AAAAAAAAAAAAAAAA -s 10.244.0.0/16 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-EXT-AAAAAAAAAAAAAAAA -j KUBE-SVL-AAAAAAAAAAAAAAAA
-A KUBE-SVL-AAAAAAAAAAAAAAAA -j KUBE-SEP-AAAAAAAAAAAAAAA${number === 2 ? 2 : 1}
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "shop/web -> ${endpoints[0]}:8080" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-AAAAAAAAAAAAAAA1
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "shop/web -> ${endpoints[1]}:8080" -j KUBE-SEP-AAAAAAAAAAAAAAA2
${endpoints
  .map(
    (ip, index) => `-A KUBE-SEP-AAAAAAAAAAAAAAA${index + 1} -s ${ip}/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-AAAAAAAAAAAAAAA${index + 1} -p tcp -m tcp -j DNAT --to-destination ${ip}:8080
`,
  )
  .join('')}COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ${changes.forward ?? 'ACCEPT'} [0:0]
:OUTPUT ACCEPT [0:0]
${(changes.filter ?? []).map((line) => `${line}\n`).join('')}COMMIT
`;
}

function mangleOf({ mangle = [] }: NodeChanges): string {
  return mangle.length === 0 ? '' : `*mangle\n:PREROUTING ACCEPT [0:0]\n${mangle.join('\n')}\nCOMMIT\n`;
}

function links(number: number, { overlay, down }: NodeChanges): object[] {
  const link = (
    ifindex: number,
    ifname: string,
    local: string | null,
    prefixlen: number,
    more: object = {},
  ) => ({
    ifindex,
    ifname,
    flags: ['UP'],
    addr_info: local === null ? [] : [{ family: 'inet', local, prefixlen, scope: 'global' }],
    ...more,
  });
  return [
    link(1, 'lo', '127.0.0.1', 8, { flags: ['LOOPBACK', 'UP'], link_type: 'loopback' }),
    link(2, 'eth0', `192.168.0.${number}`, 24, { linkinfo: { info_kind: 'veth' } }),
    link(3, 'cni0', `10.244.${number}.1`, 24, { linkinfo: { info_kind: 'bridge' } }),
    link(4, 'veth1', null, 0, { master: 'cni0', linkinfo: { info_kind: 'veth' } }),
    ...(overlay
      ? [
          link(5, 'flannel.1', `10.244.${number}.0`, 32, {
            flags: down === true ? [] : ['UP'],
            linkinfo: {
              info_kind: overlay === 'ipip' ? overlay : 'vxlan',
              info_data: {
                ...(overlay === 'ipv6' ? { local6: `fd00::${number}` } : { local: `192.168.0.${number}` }),
                ...(overlay === 'ipip' ? {} : { id: 1, port: 8472 }),
              },
            },
          }),
        ]
      : []),
  ];
}

function routes(number: number, of: number, { overlay, lost, routes: first = [] }: NodeChanges): object[] {
  const others = lost
    ? []
    : Array.from({ length: of }, (_, index) => index + 1).filter((each) => each !== number);
  const local = (dst: string, dev: string) => ({ type: 'local', dst, dev, table: 'local', scope: 'host' });
  return [
    ...first,
    { dst: 'default', gateway: '192.168.0.254', dev: 'eth0' },
    { dst: '192.168.0.0/24', dev: 'eth0', scope: 'link', prefsrc: `192.168.0.${number}` },
    { dst: `10.244.${number}.0/24`, dev: 'cni0', scope: 'link', prefsrc: `10.244.${number}.1` },
    ...others.map((each) =>
      overlay
        ? { dst: `10.244.${each}.0/24`, gateway: `10.244.${each}.0`, dev: 'flannel.1', flags: ['onlink'] }
        : { dst: `10.244.${each}.0/24`, gateway: `192.168.0.${each}`, dev: 'eth0' },
    ),
    local(`192.168.0.${number}`, 'eth0'),
    local(`10.244.${number}.1`, 'cni0'),
    local('127.0.0.0/8', 'lo'),
  ];
}

function objects(of: number): Record<string, object[]> {
  const numbers = Array.from({ length: of }, (_, index) => index + 1);
  const pod = (name: string, node: number, ip: string) => ({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { namespace: 'shop', name },
    spec: { nodeName: `node-${node}` },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  });
  return {
    'nodes.json': numbers.map((number) => ({
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name: `node-${number}` },
      spec: { podCIDRs: [`10.244.${number}.0/24`] },
      status: { addresses: [{ type: 'InternalIP', address: `192.168.0.${number}` }] },
    })),
    'pods.json': [
      ...[1, 2].map((node) => pod(`web-${node}`, node, `10.244.${node}.5`)),
      ...[1, 2].map((node) => pod(`client-${node}`, node, `10.244.${node}.9`)),
    ],
    'services.json': [
      {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: { namespace: 'shop', name: 'web' },
        spec: {
          type: 'NodePort',
          externalTrafficPolicy: 'Local',
          clusterIP: SERVICE,
          clusterIPs: [SERVICE],
          ports: [{ port: 80, nodePort: 30080, targetPort: 8080, protocol: 'TCP' }],
        },
      },
    ],
    'endpointslices.json': [
      {
        kind: 'EndpointSlice',
        apiVersion: 'discovery.k8s.io/v1',
        metadata: { namespace: 'shop', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
        addressType: 'IPv4',
        ports: [{ port: 8080, protocol: 'TCP' }],
        endpoints: [1, 2].map((node) => ({
          addresses: [`10.244.${node}.5`],
          conditions: { ready: true },
          nodeName: `node-${node}`,
          targetRef: { kind: 'Pod', namespace: 'shop', name: `web-${node}` },
        })),
      },
    ],
  };
}

/** @returns the answer of `trace` from captures, and the folders that were read whole for it. */
export async function traceOver(
  files: readonly string[],
  destination: string,
  from: string,
  asked: Partial<TraceQuestion> = {},
): Promise<{ readonly item: TraceItem; readonly read: readonly string[] }> {
  const nodes = capturedNodes({ files, demo: false });
  if (nodes === null) throw new Error('these are not captures of several nodes');
  const read: string[] = [];
  const peers = await CapturedPeers.open(nodes, async ({ files: [folder = ''] }) => {
    read.push(folder);
    return (await openCapture(folder)).capture;
  });
  const question = {
    ...plainQuestion(destination),
    from,
    detail: 'path' as const,
    ...asked,
  };
  const [item] = (await traceCluster(question, peers)).items;
  if (item === undefined) throw new Error('no answer');
  return { item, read };
}
