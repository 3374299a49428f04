import { afterAll, describe, expect, it } from 'vitest';
import { FINDING_KINDS } from '../../src/findings/registry.ts';
import { endpointChainName } from '../../src/proxy/hash.ts';
import { PasteBox, pasteCommand, SHELLS } from '../support/paste.ts';
import {
  appendRules,
  DNS_AT_NODE,
  deleteRules,
  type Edit,
  editObjects,
  findIn,
  insertRules,
  RULES,
  replace,
} from './altered-capture.ts';
import type { Case } from './case.ts';
import { CLUSTER_CASES } from './cluster-cases.ts';
import { IPVS_CASES } from './ipvs-cases.ts';
import { NFT_CASES } from './nft-cases.ts';

const WEB = 'KUBE-SVC-E3PXEPMWAWIUT6ZV';
const WEB_A1 = 'KUBE-SEP-FBUQD36J3XDXJWPV';
const SYSCTL = 'sysctl.txt';

const sysctl = (name: string, value: string | number): Edit => [
  SYSCTL,
  (text) =>
    `${text.replace(new RegExp(`^${name.replaceAll('.', '\\.')} = .*\\n`, 'm'), '')}${name} = ${value}\n`,
];

/** A pod that exists in the API, with a host port. */
const hostPortPod: Edit = editObjects('pods.json', (pod) => {
  if (pod.metadata.name !== 'client-a') return;
  for (const container of pod.spec.containers)
    container.ports = [{ containerPort: 8080, hostPort: 8888, protocol: 'TCP' }];
});

const noObjects: readonly Edit[] = ['services.json', 'endpointslices.json', 'endpoints.json'].map((file) => [
  file,
  () => '',
]);

const portmap = (id: string, chain: string, to: string): Edit[] => [
  appendRules(
    'nat',
    'CNI-HOSTPORT-DNAT',
    `-p tcp -m comment --comment "dnat name: \\"podnet\\" id: \\"${id}\\"" -m multiport --dports 8888 -j ${chain}`,
  ),
  appendRules('nat', chain, `-p tcp -m tcp --dport 8888 -j DNAT --to-destination ${to}`),
];
const portmapHook = appendRules('nat', 'PREROUTING', '-m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT');

/** portmap's rule for host port 5533/udp, and a flow through it to 10.244.1.77. */
const udpHostPort = (to: string): Edit[] => [
  portmapHook,
  appendRules(
    'nat',
    'CNI-HOSTPORT-DNAT',
    '-p udp -m comment --comment "dnat name: \\"podnet\\" id: \\"1\\"" -m multiport --dports 5533 -j CNI-DN-2222222222222222',
  ),
  appendRules(
    'nat',
    'CNI-DN-2222222222222222',
    `-p udp -m udp --dport 5533 -j DNAT --to-destination ${to}:5353`,
  ),
  [
    'conntrack.txt',
    (text) =>
      `${text}udp      17 29 src=192.168.100.50 dst=192.168.100.11 sport=4000 dport=5533 src=10.244.1.77 dst=192.168.100.50 sport=5353 dport=4000 [ASSURED] mark=0 use=1\n`,
  ],
];

const onlyOnNode2 = (service: string): Edit =>
  editObjects('endpointslices.json', (slice) => {
    if (!slice.metadata.name.startsWith(service)) return;
    for (const endpoint of slice.endpoints ?? []) endpoint.nodeName = 'node-2';
  });

/** The list of shop/web-sticky's endpoint web-a1, and those of its other endpoints, empty. */
const STICKY = endpointChainName(
  { namespace: 'shop', name: 'web-sticky', port: '', protocol: 'TCP' },
  '10.244.1.11',
  8080,
);
const xtRecent = (text: string): Edit => [`xt_recent/${STICKY}`, () => text];
const notReady = (name: string): Edit =>
  editObjects('pods.json', (pod) => {
    if (pod.metadata.name !== name) return;
    for (const condition of pod.status.conditions) if (condition.type === 'Ready') condition.status = 'False';
  });

/** kube-proxy's own pod of the node, as the kubelet tells of it. */
const kubeProxyPod = (status: object): Edit => [
  'pods.json',
  (text) => {
    const list = JSON.parse(text);
    list.items.push({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'kube-proxy-node-1', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
      spec: { nodeName: 'node-1', hostNetwork: true },
      status: { phase: 'Running', containerStatuses: [{ name: 'kube-proxy', ...status }] },
    });
    return JSON.stringify(list);
  },
];

/** A node-local-dns that answers at the cluster IP of DNS. */
const NODE_CACHE: readonly Edit[] = [
  ...DNS_AT_NODE,
  insertRules(
    'raw',
    'PREROUTING',
    '-d 10.96.0.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK',
  ),
];

/** A second way out, for packets with mark 0x80. */
const MARKED_ROUTE: readonly Edit[] = [
  [
    'ip-rule.json',
    (text) =>
      JSON.stringify([
        ...JSON.parse(text),
        { priority: 1024, src: 'all', fwmark: '0x80', fwmask: '0x80', table: '100' },
      ]),
  ],
  [
    'ip-route.json',
    (text) =>
      JSON.stringify([
        ...JSON.parse(text),
        { dst: 'default', gateway: '172.31.0.50', dev: 'int0', table: '100', flags: [] },
      ]),
  ],
];

/** A pod that answers on the second interface, as the AWS VPC CNI has it for pods of further network cards. */
const POD_POLICY: readonly Edit[] = [
  [
    'ip-rule.json',
    (text) => JSON.stringify([...JSON.parse(text), { priority: 1536, src: '10.244.1.11', table: '2' }]),
  ],
  [
    'ip-route.json',
    (text) =>
      JSON.stringify([
        ...JSON.parse(text),
        { dst: 'default', gateway: '172.31.0.50', dev: 'int0', table: '2', flags: [] },
      ]),
  ],
];

/** Tailscale, with its own bits and mask. */
const TAILSCALE = (mark: string): Edit[] => [
  insertRules('filter', 'FORWARD', '-j ts-forward'),
  appendRules(
    'filter',
    'ts-forward',
    `-i tailscale0 -j MARK --set-xmark ${mark}`,
    `-m mark --mark ${mark} -j ACCEPT`,
  ),
];

/** Calico, which marks what comes from pods with 0x40000. */
const CALICO: readonly Edit[] = [
  insertRules('raw', 'PREROUTING', '-m comment --comment "cali:a" -j cali-PREROUTING'),
  appendRules(
    'raw',
    'cali-PREROUTING',
    '-i cali+ -m comment --comment "cali:b" -j MARK --set-xmark 0x40000/0x40000',
    '-m comment --comment "cali:c" -m mark --mark 0x40000/0x40000 -m rpfilter --validmark --invert -j DROP',
  ),
];

const CASES: readonly Case[] = [
  {
    code: 'KP101',
    fault: 'an endpoint of a UDP Service goes while flows to it live',
    edits: [
      [
        'conntrack.txt',
        (text) =>
          `${text}udp      17 100 src=10.244.1.13 dst=10.96.10.31 sport=40001 dport=5353 src=10.244.1.77 dst=10.244.1.13 sport=5353 dport=40001 [ASSURED] mark=0 use=1\n`,
      ],
    ],
    severity: 'error',
    object: 'shop/udp-echo',
    says: /1 UDP flow of shop\/udp-echo:echo is stuck: 10\.244\.1\.77:5353/,
    nearMiss: 'a flow of TCP to an endpoint that is gone, which drains',
    nearEdits: [
      [
        'conntrack.txt',
        (text) =>
          `${text}tcp      6 100 ESTABLISHED src=10.244.1.13 dst=10.96.10.1 sport=40001 dport=80 src=10.244.1.77 dst=10.244.1.13 sport=8080 dport=40001 [ASSURED] mark=0 use=1\n`,
      ],
    ],
  },
  {
    code: 'KP101',
    fault: 'the same, where a virtual server of the Service is left over that the flow never came to',
    edits: [
      [
        'ipvsadm.txt',
        () => '-A -u 10.96.10.31:5353 -s rr\n-a -u 10.96.10.31:5353 -r 10.244.1.12:5353 -m -w 1\n',
      ],
      [
        'conntrack.txt',
        (text) =>
          `${text}udp      17 100 src=10.244.1.13 dst=10.96.10.31 sport=40001 dport=5353 src=10.244.1.77 dst=10.244.1.13 sport=5353 dport=40001 [ASSURED] mark=0 use=1\n`,
      ],
    ],
    severity: 'warning',
    object: 'shop/udp-echo',
    says: /1 UDP flow of shop\/udp-echo:echo is stuck: 10\.244\.1\.77:5353.* what IPVS 10\.96\.10\.31:5353 took before/,
    nearMiss: 'a flow that IPVS has in its list, and sends elsewhere',
    nearEdits: [
      [
        'ipvsadm.txt',
        () => '-A -u 10.96.10.31:5353 -s rr\n-a -u 10.96.10.31:5353 -r 10.244.1.12:5353 -m -w 1\n',
      ],
      [
        'ipvsadm-connections.txt',
        () =>
          'IPVS connection entries\npro expire state       source             virtual            destination\nUDP 04:59  UDP         10.244.1.13:40001 10.96.10.31:5353 10.244.1.77:5353\n',
      ],
      [
        'conntrack.txt',
        (text) =>
          `${text}udp      17 100 src=10.244.1.13 dst=10.96.10.31 sport=40001 dport=5353 src=10.244.1.77 dst=10.244.1.13 sport=5353 dport=40001 [ASSURED] mark=0 use=1\n`,
      ],
    ],
  },
  {
    code: 'KP101',
    fault: 'a flow that was never translated, to a Service that has endpoints now',
    edits: [
      [
        'conntrack.txt',
        (text) =>
          `${text}udp      17 29 src=10.244.1.13 dst=10.96.10.31 sport=40444 dport=5353 [UNREPLIED] src=10.96.10.31 dst=10.244.1.13 sport=5353 dport=40444 mark=0 use=1\n`,
      ],
    ],
    severity: 'error',
    object: 'shop/udp-echo',
    says: /1 UDP flow of shop\/udp-echo:echo is stuck/,
    nearMiss: 'the same to a Service that has no endpoint',
    nearEdits: [
      [
        'conntrack.txt',
        (text) =>
          `${text}udp      17 29 src=10.244.1.13 dst=10.96.10.4 sport=40444 dport=80 [UNREPLIED] src=10.96.10.4 dst=10.244.1.13 sport=80 dport=40444 mark=0 use=1\n`,
      ],
    ],
  },
  {
    code: 'KP101',
    fault: 'a flow to a host port goes to the pod that had the port before',
    edits: [
      editObjects('pods.json', (pod) => {
        if (pod.metadata.name !== 'client-a') return;
        for (const container of pod.spec.containers)
          container.ports = [{ containerPort: 5353, hostPort: 5533, protocol: 'UDP' }];
      }),
      ...udpHostPort('10.244.1.13'),
    ],
    severity: 'error',
    object: '192.168.100.11:5533/udp',
    says: /host port 5533\/udp is pod shop\/client-a/,
    nearMiss: 'a container that the API does not know: the flow goes where the rule leads',
    nearEdits: udpHostPort('10.244.1.77'),
  },
  {
    code: 'KP101',
    fault: 'a flow to the address of a Service that was deleted',
    edits: [
      [
        'conntrack.txt',
        (text) =>
          `${text}udp      17 29 src=10.244.1.13 dst=10.96.77.77 sport=40444 dport=53 src=10.244.1.11 dst=10.244.1.13 sport=53 dport=40444 [ASSURED] mark=0 use=1\n`,
      ],
    ],
    severity: 'error',
    object: '10.96.77.77:53/udp',
    says: /no Service has 10\.96\.77\.77:53\/udp/,
    nearMiss: 'a flow between two pods, which nothing translates',
    nearEdits: [
      [
        'conntrack.txt',
        (text) =>
          `${text}udp      17 29 src=10.244.1.13 dst=10.244.2.13 sport=40444 dport=53 src=10.244.2.13 dst=10.244.1.13 sport=53 dport=40444 [ASSURED] mark=0 use=1\n`,
      ],
    ],
  },
  {
    code: 'KP124',
    fault: 'a client sticks to an endpoint whose pod is not Ready',
    edits: [
      xtRecent('src=10.244.1.13 ttl: 64 last_seen: 4297000032 oldest_pkt: 1 4297000032\n'),
      notReady('web-a1'),
    ],
    severity: 'error',
    object: 'shop/web-sticky',
    says: /session affinity leads to 10\.244\.1\.11:8080, and pod shop\/web-a1 \(10\.244\.1\.11\) is not Ready; 1 client \(10\.244\.1\.13\)/,
    nearMiss: 'the pod is not Ready, and nobody sticks to it',
    nearEdits: [xtRecent('\n'), notReady('web-a1')],
  },
  {
    code: 'KP102',
    fault: 'the API has another endpoint than the rules',
    edits: [replace('endpointslices.json', /"10\.244\.1\.12"/g, '"10.244.1.99"')],
    severity: 'error',
    object: 'shop/web',
    says: /not what the API says/,
    nearMiss: 'chains of a deleted Service that nothing leads to any more',
    nearEdits: [
      appendRules(
        'nat',
        'KUBE-SVC-AAAAAAAAAAAAAAAA',
        '-m comment --comment "shop/gone -> 10.244.1.50:80" -j KUBE-SEP-AAAAAAAAAAAAAAAA',
      ),
      appendRules(
        'nat',
        'KUBE-SEP-AAAAAAAAAAAAAAAA',
        '-s 10.244.1.50/32 -m comment --comment "shop/gone" -j KUBE-MARK-MASQ',
        '-p tcp -m comment --comment "shop/gone" -m tcp -j DNAT --to-destination 10.244.1.50:80',
      ),
    ],
  },
  {
    code: 'KP102',
    fault: 'a Service of the API has no rule',
    edits: [deleteRules('nat', /-A KUBE-SERVICES -d 10\.96\.10\.1\/32 /)],
    severity: 'error',
    object: 'shop/web',
    says: /shop\/web: no rule for cluster IP 10\.96\.10\.1:80/,
    nearMiss: 'rules in another order: kube-proxy writes KUBE-SERVICES in a new one at every sync',
    nearEdits: [
      [
        RULES,
        (text) => {
          const rules = text.split('\n').filter((line) => /-A KUBE-SERVICES -d .*cluster IP/.test(line));
          let next = rules.length;
          return text.replace(/^.*-A KUBE-SERVICES -d .*cluster IP.*$/gm, () => rules[--next] ?? '');
        },
      ],
    ],
  },
  {
    code: 'KP103',
    fault: 'KUBE-SERVICES was flushed in nat',
    edits: [deleteRules('nat', /-A KUBE-SERVICES /)],
    severity: 'error',
    object: 'chain KUBE-SERVICES',
    says: /no ipv4 rule for any Service/,
    nearMiss: 'a cluster whose only Service has no endpoint',
    nearEdits: [
      deleteRules('nat', /-A KUBE-(?:SERVICES|NODEPORTS) /),
      [
        'services.json',
        (text) => {
          const list: { items: { metadata: { name: string } }[] } = JSON.parse(text);
          list.items = list.items.filter(({ metadata }) => metadata.name === 'empty');
          return JSON.stringify(list);
        },
      ],
    ],
  },
  {
    code: 'KP103',
    fault: 'nat was flushed and its chains deleted',
    edits: [
      [
        RULES,
        (text) =>
          text.replace(/^(\*nat\n(?::[A-Z]+ ACCEPT .*\n)*)[\s\S]*?^COMMIT/m, (block) =>
            [
              ...block.split('\n').filter((line) => line === '*nat' || /^:[A-Z]+ ACCEPT/.test(line)),
              'COMMIT',
            ].join('\n'),
          ),
      ],
    ],
    severity: 'error',
    object: 'all Services',
    says: /nat has no chain KUBE-SERVICES \(ipv4\)/,
    nearMiss: 'a dump of the filter table alone',
    nearEdits: [[RULES, (text) => (text.match(/^\*filter[\s\S]*?^COMMIT\n/m) ?? [''])[0]]],
  },
  {
    code: 'KP202',
    fault: 'the jump to KUBE-SERVICES takes packets of one interface only',
    edits: [replace(RULES, /-A PREROUTING (.*-j KUBE-SERVICES)/, '-A PREROUTING -i eth9 $1')],
    severity: 'error',
    object: 'chain PREROUTING',
    says: /pass nat PREROUTING without being led to KUBE-SERVICES/,
    nearMiss: 'a jump that takes every interface by name',
    nearEdits: [replace(RULES, /-A PREROUTING (.*-j KUBE-SERVICES)/, '-A PREROUTING ! -i eth9 $1')],
  },
  {
    code: 'KP211',
    fault: 'a RETURN before the jump to KUBE-SERVICES',
    edits: [insertRules('nat', 'PREROUTING', '-d 10.96.10.1/32 -j RETURN')],
    severity: 'error',
    object: 'shop/web',
    says: /nat PREROUTING rule 1 ends packets for shop\/web/,
    nearMiss: 'the same for an address that is no Service',
    nearEdits: [insertRules('nat', 'PREROUTING', '-d 10.96.10.250/32 -j RETURN')],
  },
  {
    code: 'KP135',
    fault: 'a rule drops what is answered',
    edits: [insertRules('filter', 'FORWARD', '-m conntrack --ctstate ESTABLISHED -j DROP')],
    severity: 'error',
    object: 'chain FORWARD',
    says: /^filter FORWARD rule 1 drops answers of .*: requests pass, and connections time out$/,
    nearMiss: 'a rule that drops what no connection is known of',
    nearEdits: [insertRules('filter', 'FORWARD', '-m conntrack --ctstate INVALID -j DROP')],
  },
  {
    code: 'KP135',
    fault: 'a rule drops what clients send behind the first packet',
    edits: [
      insertRules('filter', 'FORWARD', '-d 10.244.0.0/16 -p tcp -m tcp ! --syn -m tcp --dport 8080 -j DROP'),
    ],
    severity: 'error',
    object: 'chain FORWARD',
    says: /^filter FORWARD rule 1 drops what clients of .* send when they have an answer: connections open, and time out$/,
    nearMiss: 'of what does not begin a connection to a port that no endpoint has',
    nearEdits: [insertRules('filter', 'FORWARD', '-p tcp -m tcp ! --syn -m tcp --dport 7 -j DROP')],
  },
  {
    code: 'KP135',
    fault: 'answers of other nodes’ pods are dropped, by interface and port',
    edits: [insertRules('filter', 'FORWARD', '-i eth0 -p tcp -m tcp --sport 8080 -j DROP')],
    severity: 'error',
    object: 'chain FORWARD',
    says: /filter FORWARD rule 1 drops answers of /,
    nearMiss: 'by a port that no endpoint has',
    nearEdits: [insertRules('filter', 'FORWARD', '-i eth0 -p tcp -m tcp --sport 7 -j DROP')],
  },
  {
    code: 'KP135',
    fault: 'what answers the node’s own clients is dropped',
    edits: [insertRules('filter', 'INPUT', '-i cni0 -m conntrack --ctstate ESTABLISHED -j DROP')],
    severity: 'error',
    object: 'chain INPUT',
    says: /filter INPUT rule 1 drops answers of /,
    nearMiss: 'by an interface that nobody has',
    nearEdits: [insertRules('filter', 'INPUT', '-i cni9 -m conntrack --ctstate ESTABLISHED -j DROP')],
  },
  {
    code: 'KP134',
    fault: 'a rule drops what comes at night',
    edits: [
      insertRules(
        'filter',
        'FORWARD',
        '-d 10.244.1.11/32 -m time --timestart 22:00:00 --timestop 05:00:00 -j DROP',
      ),
    ],
    severity: 'info',
    object: 'shop/web',
    says: /filter FORWARD rule 1 drops packets for .* where .*clock.*which no capture tells/,
    nearMiss: 'a rule that drops what comes too fast',
    nearEdits: [insertRules('filter', 'FORWARD', '-d 10.244.1.11/32 -m limit --limit 5/min -j DROP')],
  },
  {
    code: 'KP134',
    fault: 'a rule lets one link address in only',
    edits: [
      insertRules('filter', 'FORWARD', '-d 10.244.1.11/32 -m mac ! --mac-source 02:00:00:00:00:01 -j DROP'),
    ],
    severity: 'info',
    object: 'shop/web',
    says: /filter FORWARD rule 1 drops packets for .* where the packet was sent from another link address than 02/,
    nearMiss: 'one of Calico, for a network policy',
    nearEdits: [
      insertRules('filter', 'FORWARD', '-j cali-FORWARD'),
      appendRules('filter', 'cali-FORWARD', '-d 10.244.1.11/32 -j cali-tw-cali1234567'),
      appendRules(
        'filter',
        'cali-tw-cali1234567',
        '-m comment --comment "cali:abc" -m mac ! --mac-source 02:00:00:00:00:01 -j DROP',
      ),
    ],
  },
  {
    code: 'KP102',
    fault: 'the chain of one of three endpoints was emptied',
    edits: [deleteRules('nat', new RegExp(`-A ${WEB_A1} `))],
    severity: 'error',
    object: 'shop/web',
    says: /the rules leave out 10\.244\.1\.11:8080/,
    nearMiss: 'an endpoint’s chain that nothing leads to',
    nearEdits: [replace(RULES, '*nat\n', '*nat\n:KUBE-SEP-AAAAAAAAAAAAAAAA - [0:0]\n')],
  },
  {
    code: 'KP104',
    fault: 'externalTrafficPolicy Local with endpoints elsewhere',
    edits: [replace(SYSCTL, /$/, 'net.none = 0\n')],
    severity: 'info',
    object: 'shop/np-local-none',
    says: /by design.*externalTrafficPolicy is Local/,
    nearMiss: 'the same with policy Cluster',
    nearEdits: [
      editObjects('services.json', (service) => {
        if (service.spec.externalTrafficPolicy === 'Local') service.spec.externalTrafficPolicy = 'Cluster';
      }),
    ],
  },
  {
    code: 'KP105',
    fault: 'internalTrafficPolicy Local with endpoints elsewhere',
    edits: [onlyOnNode2('itp-local-')],
    severity: 'info',
    object: 'shop/itp-local-none',
    says: /internalTrafficPolicy is Local/,
    nearMiss: 'kube-proxy 1.21, which does not know the policy',
    nearEdits: [replace('capture.json', 'v1.36.3', 'v1.21.0')],
  },
  {
    code: 'KP106',
    fault: 'a rule in FORWARD accepts pod traffic first',
    edits: [insertRules('filter', 'FORWARD', '-s 10.244.0.0/16 -j ACCEPT')],
    severity: 'warning',
    object: 'shop/empty',
    says: /filter FORWARD rule 1 accepts packets before/,
    nearMiss: 'the same rule behind kube-proxy’s',
    nearEdits: [appendRules('filter', 'FORWARD', '-s 10.244.0.0/16 -j ACCEPT')],
  },
  {
    code: 'KP107',
    fault: 'FORWARD policy DROP',
    edits: [replace(RULES, /^(\*filter[\s\S]*?):FORWARD ACCEPT/m, '$1:FORWARD DROP')],
    severity: 'error',
    object: 'chain FORWARD',
    says: /policy of ipv4 FORWARD is DROP/,
    nearMiss: 'policy DROP with rules that accept the pod network',
    nearEdits: [
      replace(RULES, /^(\*filter[\s\S]*?):FORWARD ACCEPT/m, '$1:FORWARD DROP'),
      appendRules('filter', 'FORWARD', '-s 10.244.0.0/16 -j ACCEPT', '-d 10.244.0.0/16 -j ACCEPT'),
    ],
  },
  {
    code: 'KP108',
    fault: 'a pod with a host port, and no rule for it',
    edits: [hostPortPod],
    severity: 'error',
    object: 'pod shop/client-a',
    says: /no rule leads host port 8888\/tcp/,
    nearMiss: 'the same with portmap’s rules',
    nearEdits: [hostPortPod, portmapHook, ...portmap('one', 'CNI-DN-1111111111111111', '10.244.1.13:8080')],
  },
  {
    code: 'KP109',
    fault: 'older rules of kube-proxy in iptables-legacy',
    edits: [
      [
        'iptables-legacy-save.txt',
        () =>
          `# Generated by iptables-save v1.8.9 on x\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n:${WEB} - [0:0]\n:${WEB_A1} - [0:0]\n-A PREROUTING -j KUBE-SERVICES\n-A KUBE-SERVICES -d 10.96.10.1/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j ${WEB}\n-A ${WEB} -m comment --comment "shop/web -> 10.244.1.11:8080" -j ${WEB_A1}\n-A ${WEB_A1} -s 10.244.1.11/32 -j KUBE-MARK-MASQ\n-A ${WEB_A1} -p tcp -m tcp -j DNAT --to-destination 10.244.1.11:8080\nCOMMIT\n`,
      ],
    ],
    severity: 'error',
    object: 'shop/web',
    says: /in iptables-legacy and in iptables-nft, and the two do not agree on shop\/web/,
    nearMiss: 'only kubelet’s hint and canary in the other backend',
    nearEdits: [
      [
        'iptables-legacy-save.txt',
        () =>
          '# Generated by iptables-save v1.8.9 on x\n*mangle\n:PREROUTING ACCEPT [0:0]\n:KUBE-IPTABLES-HINT - [0:0]\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n',
      ],
    ],
  },
  {
    code: 'KP110',
    fault: 'DNAT rules that an older iptables could not print',
    edits: [
      replace(RULES, /-j DNAT --to-destination 10\.244\.1\.11:8080/g, '-j DNAT [unsupported revision]'),
    ],
    severity: 'info',
    object: `chain ${WEB_A1}`,
    says: /printed by an older iptables/,
    nearMiss: 'a comment that says so',
    nearEdits: [
      appendRules('filter', 'INPUT', '-m comment --comment "DNAT [unsupported revision]" -j ACCEPT'),
    ],
  },
  {
    code: 'KP111',
    fault: 'a host port rule of a pod that is gone, before the right one',
    edits: [
      hostPortPod,
      portmapHook,
      ...portmap('old', 'CNI-DN-0000000000000000', '10.244.1.77:8080'),
      ...portmap('new', 'CNI-DN-1111111111111111', '10.244.1.13:8080'),
    ],
    severity: 'error',
    object: 'pod shop/client-a',
    says: /host port 8888\/tcp goes to 10\.244\.1\.77:8080, which is no pod of this node/,
    nearMiss: 'one rule for the port, to its pod',
    nearEdits: [hostPortPod, portmapHook, ...portmap('new', 'CNI-DN-1111111111111111', '10.244.1.13:8080')],
  },
  {
    code: 'KP112',
    fault: 'conntrack could not insert packets',
    edits: [replace('conntrack-stats.txt', 'insert_failed=0', 'insert_failed=31')],
    severity: 'info',
    object: 'conntrack',
    says: /dropped 31 packets/,
    nearMiss: 'other counters that are not zero',
    nearEdits: [replace('conntrack-stats.txt', 'insert=0', 'insert=31')],
  },
  {
    code: 'KP113',
    fault: 'KUBE-FORWARD does not drop INVALID packets',
    edits: [deleteRules('filter', /-A KUBE-FORWARD -m conntrack --ctstate INVALID/)],
    severity: 'warning',
    object: 'chain KUBE-FORWARD',
    says: /does not drop INVALID packets/,
    nearMiss: 'the same with nf_conntrack_tcp_be_liberal=1, as kube-proxy then writes it',
    nearEdits: [
      deleteRules('filter', /-A KUBE-FORWARD -m conntrack --ctstate INVALID/),
      sysctl('net.netfilter.nf_conntrack_tcp_be_liberal', 1),
    ],
  },
  {
    code: 'KP113',
    fault: 'KUBE-FORWARD was flushed',
    edits: [deleteRules('filter', /-A KUBE-FORWARD /)],
    severity: 'warning',
    object: 'chain KUBE-FORWARD',
    says: /KUBE-FORWARD is empty, so it does not drop INVALID packets/,
    nearMiss: 'on a node where nothing of kube-proxy is left but its chains',
    nearEdits: [deleteRules('filter', /-A KUBE-/), deleteRules('nat', /-A KUBE-/)],
  },
  {
    code: 'KP114',
    fault: 'an endpoint’s chain without KUBE-MARK-MASQ',
    edits: [deleteRules('nat', new RegExp(`-A ${WEB_A1} .*KUBE-MARK-MASQ`))],
    severity: 'error',
    object: 'shop/web',
    says: /10\.244\.1\.11:8080 \(shop\/web-a1\) cannot reach itself/,
    nearMiss: 'the same for an endpoint of another node, whose own rules count',
    nearEdits: [deleteRules('nat', /-A KUBE-SEP-PIE7USDGD3CH7NDN .*KUBE-MARK-MASQ/)],
  },
  {
    code: 'KP115',
    fault: 'bridge-nf-call-iptables is 0',
    edits: [sysctl('net.bridge.bridge-nf-call-iptables', 0)],
    severity: 'error',
    object: 'shop/web',
    says: /between pods behind cni0 skip iptables/,
    nearMiss: 'the same where no pod is behind a bridge (routed veths)',
    nearEdits: [
      sysctl('net.bridge.bridge-nf-call-iptables', 0),
      ['ip-addr.json', (text) => text.replace(/"master": ?"cni0",?/g, '').replace(/"master":"cni0",/g, '')],
    ],
  },
  {
    code: 'KP116',
    fault: 'no default route',
    edits: [
      [
        'ip-route.json',
        (text) =>
          JSON.stringify(JSON.parse(text).filter((route: { dst: string }) => route.dst !== 'default')),
      ],
    ],
    severity: 'error',
    object: 'all Services',
    says: /no ipv4 route to 10\.96\./,
    nearMiss: 'no default route, but one for the Service network',
    nearEdits: [
      [
        'ip-route.json',
        (text) =>
          JSON.stringify(
            JSON.parse(text).flatMap((route: { dst: string }) =>
              route.dst === 'default'
                ? ['10.96.0.0/16', '198.51.100.0/24', '203.0.113.0/24'].map((dst) => ({ ...route, dst }))
                : [route],
            ),
          ),
      ],
    ],
  },
  {
    code: 'KP117',
    fault: 'strict rp_filter, and clients that are answered by another interface',
    edits: [
      sysctl('net.ipv4.conf.eth0.rp_filter', 1),
      [
        'ip-route.json',
        (text) =>
          JSON.stringify([
            ...JSON.parse(text),
            { dst: '192.168.200.0/24', gateway: '172.31.0.50', dev: 'int0', flags: [] },
          ]),
      ],
    ],
    severity: 'warning',
    object: 'network 192.168.200.0/24',
    says: /rp_filter is strict there/,
    nearMiss: 'strict rp_filter with routes to pods of other nodes alone',
    nearEdits: [sysctl('net.ipv4.conf.eth0.rp_filter', 1)],
  },
  {
    code: 'KP117',
    fault: 'strict rp_filter, and policy rules by which some pods answer on another interface',
    edits: [sysctl('net.ipv4.conf.eth0.rp_filter', 1), ...POD_POLICY],
    severity: 'error',
    object: 'shop/np-cluster',
    says: /node ports of .* are dropped without a trace: rp_filter is strict on eth0/,
    nearMiss: 'the same with rp_filter 2, as the CNI plugin sets it',
    nearEdits: [sysctl('net.ipv4.conf.eth0.rp_filter', 2), ...POD_POLICY],
  },
  {
    code: 'KP118',
    fault: 'a rule marks what is not for the pod network, before kube-proxy translates it',
    edits: [
      ...MARKED_ROUTE,
      insertRules('mangle', 'PREROUTING', '-i cni0 ! -d 10.244.0.0/16 -j MARK --set-xmark 0x80/0x80'),
    ],
    severity: 'error',
    object: 'shop/web',
    says: /mangle PREROUTING rule 1 marks packets for .* by the cluster IP that they still carry: translated, they leave by int0 instead of cni0/,
    nearMiss: 'a rule that marks a pod’s packets wherever they go',
    nearEdits: [
      ...MARKED_ROUTE,
      insertRules('mangle', 'PREROUTING', '-i cni0 -j MARK --set-xmark 0x80/0x80'),
    ],
  },
  {
    code: 'KP118',
    fault: 'the AWS VPC CNI’s connection mark comes before kube-proxy’s rules',
    edits: [
      ...MARKED_ROUTE,
      insertRules(
        'nat',
        'PREROUTING',
        '-i cni0 -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0',
        '-m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
      ),
      appendRules(
        'nat',
        'AWS-CONNMARK-CHAIN-0',
        '-d 10.244.0.0/16 -j RETURN',
        '-j CONNMARK --set-xmark 0x80/0x80',
      ),
    ],
    severity: 'error',
    object: 'chain AWS-CONNMARK-CHAIN-0',
    says: /AWS-CONNMARK-CHAIN-0 rule 2 marks packets for /,
    nearMiss: 'the same rules behind the jump to KUBE-SERVICES, as the CNI writes them',
    nearEdits: [
      ...MARKED_ROUTE,
      appendRules(
        'nat',
        'PREROUTING',
        '-i cni0 -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0',
        '-m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80',
      ),
      appendRules(
        'nat',
        'AWS-CONNMARK-CHAIN-0',
        '-d 10.244.0.0/16 -j RETURN',
        '-j CONNMARK --set-xmark 0x80/0x80',
      ),
    ],
  },
  {
    code: 'KP119',
    fault: 'a rule that clears every mark in mangle FORWARD',
    edits: [insertRules('mangle', 'FORWARD', '-j MARK --set-xmark 0x0/0xffffffff')],
    severity: 'error',
    object: 'chain FORWARD',
    says: /mangle FORWARD rule 1 takes away the mark/,
    nearMiss: 'a rule that writes its own bits',
    nearEdits: [insertRules('mangle', 'FORWARD', '-j MARK --set-xmark 0x10000/0xff0000')],
  },
  {
    code: 'KP119',
    fault: 'a connection mark is restored over all bits in mangle POSTROUTING',
    edits: [
      insertRules('mangle', 'POSTROUTING', '-j CONNMARK --restore-mark --nfmask 0xffff --ctmask 0xffff'),
    ],
    severity: 'error',
    object: 'chain POSTROUTING',
    says: /mangle POSTROUTING rule 1 takes away the mark/,
    nearMiss: 'one that restores its own bit',
    nearEdits: [
      insertRules('mangle', 'POSTROUTING', '-j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80'),
    ],
  },
  {
    code: 'KP119',
    fault: 'a rule of another program sets 0x4000',
    edits: [insertRules('mangle', 'PREROUTING', '-s 10.9.0.0/16 -j MARK --set-xmark 0x4000/0x4000')],
    severity: 'warning',
    object: 'chain PREROUTING',
    says: /sets mark bit 0x4000/,
    nearMiss: 'portmap’s 0x2000',
    nearEdits: [insertRules('mangle', 'PREROUTING', '-s 10.9.0.0/16 -j MARK --set-xmark 0x2000/0x2000')],
  },
  {
    code: 'KP120',
    fault: 'source ranges and a node port',
    edits: [replace(SYSCTL, /$/, 'net.none = 0\n')],
    severity: 'info',
    object: 'shop/lb-ranges',
    says: /hold for the load balancer IP only/,
    nearMiss: 'ranges that let everybody in',
    nearEdits: [
      editObjects('services.json', (service) => {
        if (service.spec.loadBalancerSourceRanges) service.spec.loadBalancerSourceRanges = ['0.0.0.0/0'];
      }),
    ],
  },
  {
    code: 'KP121',
    fault: 'a load balancer that speaks PROXY protocol, with ipMode VIP',
    edits: [
      editObjects('services.json', (service) => {
        if (service.metadata.name === 'lb')
          service.metadata.annotations = { 'example.org/uses-proxy-protocol': 'true' };
      }),
    ],
    severity: 'info',
    object: 'shop/lb',
    says: /never reach the load balancer/,
    nearMiss: 'the same with ipMode Proxy',
    nearEdits: [
      editObjects('services.json', (service) => {
        if (service.metadata.name === 'lb-proxy-mode')
          service.metadata.annotations = { 'example.org/uses-proxy-protocol': 'true' };
      }),
    ],
  },
  {
    code: 'KP122',
    fault: 'kube-proxy was told another pod network',
    edits: [
      replace(RULES, /! -s 10\.244\.0\.0\/16/g, '! -s 10.200.0.0/16'),
      replace(RULES, /-s 10\.244\.0\.0\/16 (.*pod traffic)/g, '-s 10.200.0.0/16 $1'),
    ],
    severity: 'error',
    object: 'all Services',
    says: /takes 10\.200\.0\.0\/16 for the pod network/,
    nearMiss: 'a pod network that is larger than it need be',
    nearEdits: [
      replace(RULES, /! -s 10\.244\.0\.0\/16/g, '! -s 10.240.0.0/12'),
      replace(RULES, /-s 10\.244\.0\.0\/16 (.*pod traffic)/g, '-s 10.240.0.0/12 $1'),
    ],
  },
  {
    code: 'KP123',
    fault: 'route_localnet is off',
    edits: [sysctl('net.ipv4.conf.all.route_localnet', 0)],
    severity: 'warning',
    object: 'shop/np-cluster',
    says: /do not work at 127\.0\.0\.1/,
    nearMiss: 'off, and kube-proxy told not to serve localhost',
    nearEdits: [
      sysctl('net.ipv4.conf.all.route_localnet', 0),
      replace(RULES, /-A KUBE-SERVICES (.*-j KUBE-NODEPORTS)/, '-A KUBE-SERVICES ! -d 127.0.0.0/8 $1'),
    ],
  },
  {
    code: 'KP125',
    fault: 'kube-proxy now runs in nftables mode',
    edits: [
      replace('capture.json', '"proxyMode": "iptables"', '"proxyMode": "nftables"'),
      replace(RULES, /10\.244\.1\.11:8080/g, '10.244.1.77:8080'),
    ],
    severity: 'error',
    object: 'shop/web',
    says: /works in nftables mode, and \d+ rules of its ipv4 iptables mode are still hooked/,
    nearMiss: 'the rules are there, and nothing leads to them',
    nearEdits: [
      replace('capture.json', '"proxyMode": "iptables"', '"proxyMode": "nftables"'),
      deleteRules('nat', /-A (?:PREROUTING|OUTPUT) .*-j KUBE-SERVICES/),
      [
        'ip6tables-save.txt',
        (text) => text.replace(/^.*-A (?:PREROUTING|OUTPUT) .*-j KUBE-SERVICES\n/gm, ''),
      ],
    ],
  },
  {
    code: 'KP126',
    fault: 'the conntrack table is full',
    edits: [sysctl('net.netfilter.nf_conntrack_count', 262_144)],
    severity: 'error',
    object: 'conntrack',
    says: /262144 of 262144/,
    nearMiss: 'three quarters full',
    nearEdits: [sysctl('net.netfilter.nf_conntrack_count', 196_608)],
  },
  {
    code: 'KP127',
    fault: 'masquerading that keeps the mark, and a VXLAN device',
    edits: [
      deleteRules('nat', /-A KUBE-POSTROUTING -j MARK/),
      [
        'ip-addr.json',
        (text) =>
          JSON.stringify([
            ...JSON.parse(text),
            { ifindex: 90, ifname: 'flannel.1', flags: ['UP'], operstate: 'UNKNOWN', addr_info: [] },
          ]),
      ],
    ],
    severity: 'warning',
    object: 'interface flannel.1',
    says: /without clearing the mark/,
    nearMiss: 'a VXLAN device, and the mark is cleared',
    nearEdits: [
      [
        'ip-addr.json',
        (text) =>
          JSON.stringify([
            ...JSON.parse(text),
            { ifindex: 90, ifname: 'flannel.1', flags: ['UP'], operstate: 'UNKNOWN', addr_info: [] },
          ]),
      ],
    ],
  },
  {
    code: 'KP128',
    fault: 'node-local-dns has its rules twice',
    edits: [
      insertRules(
        'raw',
        'PREROUTING',
        ...Array.from(
          { length: 2 },
          () =>
            '-d 10.96.0.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK',
        ),
      ),
    ],
    severity: 'warning',
    object: 'kube-system/kube-dns',
    says: /has its rules 2 times/,
    nearMiss: 'once each, by the cluster IP that it answers itself',
    nearEdits: NODE_CACHE,
  },
  {
    code: 'KP128',
    fault: 'node-local-dns is gone, and its NOTRACK rules are not',
    edits: [
      insertRules(
        'raw',
        'PREROUTING',
        '-d 10.96.0.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK',
      ),
    ],
    severity: 'error',
    object: 'kube-system/kube-dns',
    says: /no interface of the node has 10\.96\.0\.10/,
    nearMiss: 'a NOTRACK rule for an address of the node',
    nearEdits: [
      insertRules(
        'raw',
        'PREROUTING',
        '-d 192.168.100.11/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK',
      ),
    ],
  },
  {
    code: 'KP128',
    fault: 'an ACCEPT in raw stands before the NOTRACK rules of node-local-dns',
    edits: [
      ...NODE_CACHE,
      insertRules(
        'raw',
        'PREROUTING',
        '-p udp -m udp --dport 53 -m comment --comment "no tracing of DNS" -j ACCEPT',
      ),
    ],
    severity: 'warning',
    object: 'kube-system/kube-dns',
    says: /raw PREROUTING rule 1 ends the table before node-local-dns' NOTRACK rule for 10\.96\.0\.10 in PREROUTING: queries for kube-system\/kube-dns are translated/,
    nearMiss: 'the same for another server',
    nearEdits: [
      ...NODE_CACHE,
      insertRules('raw', 'PREROUTING', '-d 192.0.2.53/32 -p udp -m udp --dport 53 -j ACCEPT'),
    ],
  },
  {
    code: 'KP129',
    fault: 'a raw rule for a pod’s address, as Docker 28 writes',
    edits: [insertRules('raw', 'PREROUTING', '-d 10.244.1.11/32 ! -i cni0 -j DROP')],
    severity: 'error',
    object: 'pod shop/web-a1',
    says: /raw PREROUTING rule 1 drops what other nodes send to pod shop\/web-a1/,
    nearMiss: 'the same for a container that is no endpoint',
    nearEdits: [insertRules('raw', 'PREROUTING', '-d 172.18.0.2/32 ! -i docker0 -j DROP')],
  },
  {
    code: 'KP130',
    fault: 'xt_recent was not captured',
    edits: [replace(SYSCTL, /$/, 'net.none = 0\n')],
    severity: 'info',
    object: 'capture',
    says: /xt_recent was not captured/,
    nearMiss: 'with a list of it',
    nearEdits: [xtRecent('src=10.244.1.13 ttl: 64 last_seen: 4297000032 oldest_pkt: 1 4297000032\n')],
  },
  {
    code: 'KP131',
    fault: 'FORWARD policy DROP, and no objects of the API',
    edits: [...noObjects, replace(RULES, /^(\*filter[\s\S]*?):FORWARD ACCEPT/m, '$1:FORWARD DROP')],
    severity: 'error',
    object: 'chain FORWARD',
    says: /filter FORWARD policy drops them/,
    nearMiss: 'policy DROP with rules that accept the pod network',
    nearEdits: [
      ...noObjects,
      replace(RULES, /^(\*filter[\s\S]*?):FORWARD ACCEPT/m, '$1:FORWARD DROP'),
      appendRules('filter', 'FORWARD', '-s 10.244.0.0/16 -j ACCEPT', '-d 10.244.0.0/16 -j ACCEPT'),
    ],
  },
  {
    code: 'KP132',
    fault: 'kube-proxy’s container ends again and again',
    edits: [kubeProxyPod({ state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 12 })],
    severity: 'error',
    object: 'pod kube-system/kube-proxy-node-1',
    says: /kube-proxy does not run on this node: its container is in CrashLoopBackOff, after 12 restarts/,
    nearMiss: 'it was started anew with the node, days ago',
    nearEdits: [
      kubeProxyPod({
        state: { running: { startedAt: '2026-11-01T00:00:00Z' } },
        lastState: { terminated: { reason: 'Completed', exitCode: 0, finishedAt: '2026-11-01T00:00:00Z' } },
        restartCount: 3,
      }),
    ],
  },
  {
    code: 'KP201',
    fault: 'a jump to a chain that the dump lacks',
    edits: [[RULES, (text) => text.replaceAll(new RegExp(`^(?::${WEB} |.*-A ${WEB} ).*\\n`, 'gm'), '')]],
    severity: 'warning',
    object: `chain ${WEB}`,
    says: /does not have/,
    nearMiss: 'a target of an extension nobody knows',
    nearEdits: [appendRules('filter', 'INPUT', '-j NEWTARGET')],
  },
  {
    code: 'KP202',
    fault: 'PREROUTING does not jump to KUBE-SERVICES',
    edits: [deleteRules('nat', /-A PREROUTING .*-j KUBE-SERVICES/)],
    severity: 'error',
    object: 'chain KUBE-SERVICES',
    says: /nat PREROUTING → KUBE-SERVICES is missing/,
    nearMiss: 'the jump stands behind others',
    nearEdits: [insertRules('nat', 'PREROUTING', '-i docker0 -j RETURN', '-d 192.0.2.1/32 -j ACCEPT')],
  },
  {
    code: 'KP202',
    fault: 'POSTROUTING does not jump to KUBE-POSTROUTING',
    edits: [deleteRules('nat', /-A POSTROUTING .*-j KUBE-POSTROUTING/)],
    severity: 'error',
    object: 'chain KUBE-POSTROUTING',
    says: /nat POSTROUTING → KUBE-POSTROUTING is missing/,
    nearMiss: 'KUBE-PROXY-FIREWALL is empty and not hooked',
    nearEdits: [
      deleteRules(
        'filter',
        /-A (?:KUBE-PROXY-FIREWALL|INPUT .*KUBE-PROXY-FIREWALL|FORWARD .*KUBE-PROXY-FIREWALL)/,
      ),
      editObjects('services.json', (service) => {
        delete service.spec.loadBalancerSourceRanges;
      }),
      [RULES, (text) => text.replaceAll(/(-A KUBE-SERVICES .* )-j KUBE-FW-/g, '$1-j KUBE-EXT-')],
    ],
  },
  {
    code: 'KP203',
    fault: 'a DNAT rule of somebody else for a cluster IP',
    edits: [
      insertRules(
        'nat',
        'PREROUTING',
        '-d 10.96.10.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.13:8080',
      ),
    ],
    severity: 'error',
    object: 'shop/web',
    says: /nat PREROUTING rule 1 sends packets for shop\/web to 10\.244\.1\.13:8080/,
    nearMiss: 'the same rule behind the jump to KUBE-SERVICES',
    nearEdits: [
      appendRules(
        'nat',
        'PREROUTING',
        '-d 10.96.10.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.13:8080',
      ),
    ],
  },
  {
    code: 'KP204',
    fault: 'a rule behind the jump to KUBE-NODEPORTS',
    edits: [appendRules('nat', 'KUBE-SERVICES', `-p tcp -m tcp --dport 30080 -j ${WEB}`)],
    severity: 'warning',
    object: 'shop/np-cluster',
    says: /behind the jump to KUBE-NODEPORTS/,
    nearMiss: 'two jumps to KUBE-NODEPORTS, one for each address of --nodeport-addresses',
    nearEdits: [
      replace(
        RULES,
        /-A KUBE-SERVICES (.*)-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS/,
        '-A KUBE-SERVICES -d 192.168.100.11/32 $1-j KUBE-NODEPORTS\n-A KUBE-SERVICES -d 172.31.0.11/32 -j KUBE-NODEPORTS',
      ),
    ],
  },
  {
    code: 'KP205',
    fault: 'one endpoint gets nine of ten connections',
    edits: [
      replace(RULES, /(shop\/web -> 10\.244\.1\.11:8080.*--probability )0\.33333333349/, '$10.89999999991'),
    ],
    severity: 'error',
    object: 'shop/web',
    says: /10\.244\.1\.11:8080 90%/,
    nearMiss: 'the digits of another rounding',
    nearEdits: [
      replace(RULES, /(shop\/web -> 10\.244\.1\.11:8080.*--probability )0\.33333333349/, '$10.33333000000'),
    ],
  },
  {
    code: 'KP206',
    fault: 'the chain of a Service was emptied',
    edits: [deleteRules('nat', new RegExp(`-A ${WEB} `))],
    severity: 'error',
    object: 'shop/web',
    says: /fall out untranslated: the chain is empty/,
    nearMiss: 'KUBE-EXT of a Service without local endpoints, which ends by design',
    nearEdits: [replace(SYSCTL, /$/, 'net.none = 0\n')],
  },
  {
    code: 'KP207',
    fault: 'an endpoint’s chain leads to another port',
    edits: [replace(RULES, /(shop\/web" -m tcp -j DNAT --to-destination 10\.244\.1\.11:)8080/, '$18081')],
    severity: 'error',
    object: 'shop/web',
    says: /sends packets to 10\.244\.1\.11:8081, and was written for 10\.244\.1\.11:8080/,
    nearMiss: 'an endpoint whose port changed in the API as well',
    nearEdits: [
      replace(RULES, /(shop\/web" -m tcp -j DNAT --to-destination 10\.244\.1\.11:)8080/, '$18081'),
      editObjects('endpointslices.json', (slice) => {
        if (slice.metadata.name === 'web-v4') for (const port of slice.ports) port.port = 8081;
      }),
    ],
  },
  {
    code: 'KP208',
    fault: 'a rule five times in INPUT',
    edits: [
      appendRules(
        'filter',
        'INPUT',
        ...Array.from({ length: 5 }, () => '-p tcp -m tcp --dport 22 -j ACCEPT'),
      ),
    ],
    severity: 'warning',
    object: 'chain INPUT',
    says: /the same rule 5 times/,
    nearMiss: 'rules that differ in one port',
    nearEdits: [
      appendRules(
        'filter',
        'INPUT',
        '-p tcp -m tcp --dport 22 -j ACCEPT',
        '-p tcp -m tcp --dport 23 -j ACCEPT',
      ),
    ],
  },
  {
    code: 'KP209',
    fault: 'a chain that nothing leads to',
    edits: [appendRules('filter', 'OLD-FIREWALL', '-s 10.0.0.0/8 -j DROP')],
    severity: 'info',
    object: 'chain OLD-FIREWALL',
    says: /nothing leads to 1 chain with rules, OLD-FIREWALL/,
    nearMiss: 'a chain without rules',
    nearEdits: [replace(RULES, '*filter\n', '*filter\n:OLD-FIREWALL - [0:0]\n')],
  },
  {
    code: 'KP210',
    fault: 'a rule for every packet before kube-proxy’s in INPUT',
    edits: [insertRules('filter', 'INPUT', '-m comment --comment "let everything in" -j ACCEPT')],
    severity: 'warning',
    object: 'chain INPUT',
    says: /filter INPUT rule 1 takes every packet/,
    nearMiss: 'a rule for every packet at the end',
    nearEdits: [appendRules('filter', 'INPUT', '-j ACCEPT')],
  },
  {
    code: 'KP211',
    fault: 'a foreign rule drops what a pod sends',
    edits: [insertRules('filter', 'FORWARD', '-d 10.244.1.11/32 -p tcp -m tcp --dport 8080 -j DROP')],
    severity: 'error',
    object: 'shop/web',
    says: /filter FORWARD rule 1 drops packets for /,
    nearMiss: 'a network policy of Calico that does so',
    nearEdits: [
      insertRules('filter', 'FORWARD', '-j cali-FORWARD'),
      appendRules('filter', 'cali-FORWARD', '-d 10.244.1.11/32 -j cali-tw-cali1234567'),
      appendRules('filter', 'cali-tw-cali1234567', '-m comment --comment "cali:abc" -j DROP'),
    ],
  },
  {
    code: 'KP212',
    fault: 'KUBE-POSTROUTING asks for another mark',
    edits: [
      replace(
        RULES,
        '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
        '-A KUBE-POSTROUTING -m mark ! --mark 0x8000/0x8000 -j RETURN',
      ),
    ],
    severity: 'error',
    object: 'chain KUBE-POSTROUTING',
    says: /they carry the mark, and no rule of nat POSTROUTING masquerades it/,
    nearMiss: 'kube-proxy with another mark bit throughout',
    nearEdits: [
      [RULES, (text) => text.replaceAll('0x4000/0x4000', '0x10/0x10').replaceAll('0x4000/0x0', '0x10/0x0')],
    ],
  },
  {
    code: 'KP213',
    fault: 'one Service masquerades its pods too',
    edits: [replace(RULES, `-A ${WEB} ! -s 10.244.0.0/16 -d 10.96.10.1/32`, `-A ${WEB} -d 10.96.10.1/32`)],
    severity: 'warning',
    object: 'shop/web',
    says: /see this node instead of the client/,
    nearMiss: 'kube-proxy with --masquerade-all, where all of them do',
    nearEdits: [[RULES, (text) => text.replaceAll(/! -s 10\.244\.0\.0\/16 (-d .*KUBE-MARK-MASQ)/g, '$1')]],
  },
  {
    code: 'KP214',
    fault: 'the API asks for affinity and the rules have none',
    edits: [
      editObjects('services.json', (service) => {
        if (service.metadata.name !== 'web') return;
        service.spec.sessionAffinity = 'ClientIP';
        service.spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 600 } };
      }),
    ],
    severity: 'warning',
    object: 'shop/web',
    says: /the rules have session affinity none, the API asks for 600 s/,
    nearMiss: 'affinity on a Service without endpoints',
    nearEdits: [
      editObjects('services.json', (service) => {
        if (service.metadata.name === 'empty') service.spec.sessionAffinity = 'ClientIP';
      }),
    ],
  },
  {
    code: 'KP218',
    fault: 'forwarding is off',
    edits: [
      sysctl('net.ipv4.ip_forward', 0),
      [
        SYSCTL,
        (text) =>
          text
            .replaceAll(/^(net\.ipv4\.conf\.\S+\.forwarding) = 1$/gm, '$1 = 0')
            .concat('net.ipv4.conf.cni0.forwarding = 0\n'),
      ],
    ],
    severity: 'error',
    object: 'shop/web',
    says: /end in routing/,
    nearMiss: 'forwarding off on an interface that no client uses',
    nearEdits: [[SYSCTL, (text) => `${text}net.ipv4.conf.int0.forwarding = 0\n`]],
  },
  {
    code: 'KP219',
    fault: 'Calico and Tailscale use bit 0x40000',
    edits: [...CALICO, ...TAILSCALE('0x40000/0xff0000')],
    severity: 'warning',
    object: 'program calico',
    says: /calico and tailscale both set and test bit 0x40000 of the mark/,
    nearMiss: 'Tailscale with another bit',
    nearEdits: [...CALICO, ...TAILSCALE('0x400/0xf00')],
  },
  ...CLUSTER_CASES,
  ...IPVS_CASES,
  ...NFT_CASES,
];

const box = new PasteBox();
afterAll(() => box.remove());

describe('none is forgotten', () => {
  it.each(FINDING_KINDS)('$code has a case that shows it, and a near miss', ({ code }) => {
    const cases = CASES.filter((one) => one.code === code);
    expect(cases.length).toBeGreaterThan(0);
    for (const { edits, nearEdits, nearMiss } of cases) {
      expect(edits.length).toBeGreaterThan(0);
      expect(nearEdits.length, nearMiss).toBeGreaterThan(0);
    }
  });

  it('no case is for a finding that is not there', () => {
    const codes = new Set(FINDING_KINDS.map(({ code }) => code));
    expect(CASES.filter(({ code }) => !codes.has(code))).toEqual([]);
  });
});

describe('each finding has a capture that shows it and a near miss that does not', () => {
  it.each(CASES)('$code: $fault', async ({ code, edits, severity, object, says, fixture }) => {
    const found = (await findIn(edits, fixture)).filter((finding) => finding.code === code);
    expect(found.map(({ message }) => message).join('\n')).toMatch(says);
    const finding = found.find(({ message }) => says.test(message));
    expect(finding?.severity).toBe(severity);
    expect(finding?.objects).toContain(object);
    expect(finding?.evidence.length).toBeGreaterThan(0);
    for (const { command } of found) {
      if (command === null) continue;
      for (const shell of SHELLS) {
        const { line, did, meant } = pasteCommand(box, shell, command);
        expect(did, `pasted into ${shell}: ${line}`).toEqual(meant);
      }
    }
  });

  it.each(CASES)(
    '$code is silent: $nearMiss',
    async ({ code, nearEdits, severity, object, says, fixture }) => {
      const found = (await findIn(nearEdits, fixture)).filter((finding) => finding.code === code);
      const same = found.filter(
        (finding) =>
          finding.severity === severity && (says.test(finding.message) || finding.objects.includes(object)),
      );
      expect(same).toEqual([]);
    },
  );
});
