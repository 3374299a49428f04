import { type Edit, replace } from './altered-capture.ts';
import type { Case } from './case.ts';

const sysctl = (name: string, value: number): Edit =>
  replace('sysctl.txt', new RegExp(`^(net\\.ipv4\\.vs\\.${name}) = .*$`, 'm'), `$1 = ${value}`);
const servers = (from: string | RegExp, to: string): Edit => replace('ipvsadm.txt', from, to);
const weights = (virtual: string, weight: number): Edit => [
  'ipvsadm.txt',
  (text) => text.replaceAll(new RegExp(`^(-a -t ${virtual} .* -w) \\d+$`, 'gm'), `$1 ${weight}`),
];

/** 10.96.10.3 is lost as an address of kube-ipvs0, and as a route of type local. */
const WITHOUT_ADDRESS: readonly Edit[] = [
  ['ip-addr.json', (text) => text.replaceAll('"10.96.10.3"', '"10.96.99.3"')],
  ['ip-route.json', (text) => text.replaceAll('"10.96.10.3"', '"10.96.99.3"')],
];

/** keepalived on a backup node: its address is on another node. */
const KEEPALIVED: Edit = [
  'ipvsadm.txt',
  (text) =>
    `${text}-A -t 192.168.77.100:6443 -s rr\n-a -t 192.168.77.100:6443 -r 192.168.77.11:6443 -m -w 1\n`,
];

const arp = (name: 'arp_ignore' | 'arp_announce', value: number): Edit =>
  replace('sysctl.txt', new RegExp(`^(net\\.ipv4\\.conf\\.all\\.${name}) = .*$`, 'm'), `$1 = ${value}`);
const objects = (file: string, change: (items: readonly ApiObject[]) => readonly object[]): Edit => [
  file,
  (text) => {
    const list: { items: ApiObject[] } = JSON.parse(text);
    return JSON.stringify({ ...list, items: change(list.items) });
  },
];
interface ApiObject {
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** How long the API has shop/web-sticky keep a client. */
const stickyFor = (timeoutSeconds: number): Edit =>
  objects('services.json', (items) =>
    items.map((item) =>
      item.metadata.name === 'web-sticky'
        ? { ...item, spec: { ...item.spec, sessionAffinityConfig: { clientIP: { timeoutSeconds } } } }
        : item,
    ),
  );

/** One address more on kube-ipvs0. */
const onDevice = (local: string): Edit => [
  'ip-addr.json',
  (text) => {
    const links: { ifname: string; addr_info: object[] }[] = JSON.parse(text);
    for (const { ifname, addr_info: all } of links)
      if (ifname === 'kube-ipvs0') all.push({ family: 'inet', local, prefixlen: 32, scope: 'global' });
    return JSON.stringify(links);
  },
];

/** A speaker of MetalLB on the node. */
const METALLB: Edit = objects('pods.json', (items) => [
  ...items,
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'speaker-x7k2p', namespace: 'metallb-system' },
    spec: { nodeName: 'node-1', hostNetwork: true },
    status: { phase: 'Running', podIP: '192.168.100.11', podIPs: [{ ip: '192.168.100.11' }] },
  },
]);
const LOCAL_LAN: Edit = objects('services.json', (items) =>
  items.map((item) =>
    item.metadata.name === 'lb-lan'
      ? { ...item, spec: { ...item.spec, externalTrafficPolicy: 'Local' } }
      : item,
  ),
);

/** Faults of IPVS mode, on a node of kube-proxy 1.36. */
export const IPVS_CASES: readonly Case[] = [
  {
    fixture: 'ipvs',
    code: 'KP114',
    fault: 'an endpoint is no member of the set of those that reach themselves',
    edits: [replace('ipset.txt', /^add KUBE-LOOP-BACK 10\.244\.1\.11,tcp:8080,.*\n/m, '')],
    severity: 'error',
    object: 'set KUBE-LOOP-BACK',
    says: /\(shop\/web-a1\) cannot reach itself .*: set KUBE-LOOP-BACK lacks 10\.244\.1\.11,tcp:8080,10\.244\.1\.11$/,
    nearMiss: 'the set was not captured: nobody knows its members',
    nearEdits: [replace('ipset.txt', /^(?:create|add) KUBE-LOOP-BACK .*\n/gm, '')],
  },
  {
    fixture: 'ipvs',
    code: 'KP301',
    fault: 'vs.conntrack is 0',
    edits: [sysctl('conntrack', 0)],
    severity: 'error',
    object: 'all Services',
    says: /net\.ipv4\.vs\.conntrack is 0.*nothing of it is masqueraded/,
    nearMiss: 'a setting that kube-proxy leaves alone',
    nearEdits: [sysctl('conn_reuse_mode', 0)],
  },
  {
    fixture: 'ipvs',
    code: 'KP301',
    fault: 'templates are kept for a server of weight 0',
    edits: [
      sysctl('expire_quiescent_template', 0),
      servers(/^(-a -t 10\.96\.10\.2:80 -r 10\.244\.2\.11:8080 -m -w) 1$/m, '$1 0'),
    ],
    severity: 'error',
    object: 'IPVS 10.96.10.2:80',
    says: /kept at a real server that takes no new connections: 10\.244\.2\.11:8080 of 10\.96\.10\.2:80/,
    nearMiss: 'a server of weight 0 whose templates the kernel throws away',
    nearEdits: [servers(/^(-a -t 10\.96\.10\.2:80 -r 10\.244\.2\.11:8080 -m -w) 1$/m, '$1 0')],
  },
  {
    fixture: 'ipvs',
    code: 'KP301',
    fault: 'flows go to a real server that was removed, and the Service of theirs is named',
    edits: [
      sysctl('expire_nodest_conn', 0),
      servers(/^-a -u 10\.96\.10\.31:5353 -r 10\.244\.2\.11:5353 .*\n/m, ''),
    ],
    severity: 'error',
    object: 'shop/udp-echo',
    says: /expire_nodest_conn is 0.*dropped without a word: 3 UDP flows of now/,
    nearMiss: 'the kernel ends such connections',
    nearEdits: [servers(/^-a -u 10\.96\.10\.31:5353 -r 10\.244\.2\.11:5353 .*\n/m, '')],
  },
  {
    fixture: 'ipvs',
    code: 'KP302',
    fault: 'an address is lost',
    edits: WITHOUT_ADDRESS,
    severity: 'error',
    object: '10.96.10.3',
    says: /kube-ipvs0 lacks 10\.96\.10\.3, which IPVS balances for shop\/\S+: packets for it are routed past IPVS/,
    nearMiss: 'neither the addresses nor the routes were captured',
    nearEdits: [
      ['ip-addr.json', () => ''],
      ['ip-route.json', () => ''],
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP302',
    fault: 'an address is lost, beside one of keepalived’s that is on another node',
    edits: [...WITHOUT_ADDRESS, KEEPALIVED],
    severity: 'error',
    object: '10.96.10.3',
    says: /^kube-ipvs0 lacks 10\.96\.10\.3, which IPVS balances for [^,]*(?:, [^,]*)*: packets for it are routed past IPVS$/,
    nearMiss: 'the address of keepalived’s alone',
    nearEdits: [KEEPALIVED],
  },
  {
    fixture: 'ipvs',
    code: 'KP214',
    fault: 'clients stay at their real server longer than the API asks',
    edits: [stickyFor(60)],
    severity: 'warning',
    object: 'shop/web-sticky',
    says: /web-sticky: IPVS has session affinity 10800 s, the API asks for 60 s/,
    nearMiss: 'the time that the API fills in',
    nearEdits: [stickyFor(10_800)],
  },
  {
    fixture: 'ipvs',
    code: 'KP303',
    fault: 'all real servers have weight 0',
    edits: [weights('10.96.10.3:80', 0)],
    severity: 'error',
    object: 'shop/web-extip',
    says: /IPVS 10\.96\.10\.3:80 has only real servers of weight 0 and refuses new connections/,
    nearMiss: 'the same number of connections for each by another scheduler',
    nearEdits: [servers('-A -t 10.96.10.3:80 -s rr', '-A -t 10.96.10.3:80 -s lc')],
  },
  {
    fixture: 'ipvs',
    code: 'KP303',
    fault: 'a real server is no endpoint any more',
    edits: [servers('-a -t 10.96.10.3:80 -r 10.244.1.12:8080', '-a -t 10.96.10.3:80 -r 10.244.1.99:8080')],
    severity: 'error',
    object: 'shop/web-extip',
    says: /IPVS 10\.96\.10\.3:80 sends to 10\.244\.1\.99:8080, which is no endpoint of it/,
    nearMiss: 'one that drains beside it',
    nearEdits: [
      servers(
        '-A -t 10.96.10.3:80 -s rr\n',
        '-A -t 10.96.10.3:80 -s rr\n-a -t 10.96.10.3:80 -r 10.244.1.99:8080 -m -w 0\n',
      ),
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP304',
    fault: 'a cluster IP is lost from its set',
    edits: [replace('ipset.txt', 'add KUBE-CLUSTER-IP 10.96.10.3,tcp:80\n', '')],
    severity: 'error',
    object: 'set KUBE-CLUSTER-IP',
    says: /set KUBE-CLUSTER-IP lacks 10\.96\.10\.3,tcp:80/,
    nearMiss: 'the set was not captured',
    nearEdits: [['ipset.txt', (text) => text.replaceAll(/^.* KUBE-CLUSTER-IP .*\n/gm, '')]],
  },
  {
    fixture: 'ipvs',
    code: 'KP306',
    fault: 'no strictARP, beside MetalLB',
    edits: [METALLB],
    severity: 'warning',
    object: '192.168.100.210',
    says: /^this node answers ARP for 192\.168\.100\.210 of shop\/lb-lan on eth0, .*: arp_ignore is 0$/,
    nearMiss: 'strictARP',
    nearEdits: [METALLB, arp('arp_ignore', 1), arp('arp_announce', 2)],
  },
  {
    fixture: 'ipvs',
    code: 'KP306',
    fault: 'no strictARP, and the policy is Local',
    edits: [LOCAL_LAN],
    severity: 'warning',
    object: 'shop/lb-lan',
    says: /answers ARP for 192\.168\.100\.210/,
    nearMiss: 'a cluster of one node',
    nearEdits: [LOCAL_LAN, objects('nodes.json', (items) => items.slice(0, 1))],
  },
  {
    fixture: 'ipvs',
    code: 'KP306',
    fault: 'no strictARP, and the address lies in the network of eth0',
    edits: [METALLB],
    severity: 'warning',
    object: '192.168.100.210',
    says: /of shop\/lb-lan on eth0, /,
    nearMiss: 'no network of eth0 holds it: a default route without a gateway is no network of anybody’s',
    nearEdits: [
      METALLB,
      [
        'ip-route.json',
        (text) =>
          text
            .replace(
              '"dst":"default","gateway":"192.168.100.254","dev":"eth0"',
              '"dst":"default","dev":"eth0"',
            )
            .replace('"dst":"192.168.100.0/24"', '"dst":"192.168.100.0/25"'),
      ],
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP306',
    fault: 'arp_ignore spares nothing of kube-ipvs0, where any node serves',
    edits: [arp('arp_ignore', 3)],
    severity: 'info',
    object: 'shop/lb-lan',
    says: /answers ARP for 192\.168\.100\.210 .*: arp_ignore is 3$/,
    nearMiss: 'the address is not in a network of the node',
    nearEdits: [
      ['services.json', (text) => text.replaceAll('192.168.100.210', '192.168.77.210')],
      ['ip-addr.json', (text) => text.replaceAll('192.168.100.210', '192.168.77.210')],
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP308',
    fault: 'a firewall took the jump out of INPUT',
    edits: [replace('iptables-save.txt', /^.*-A INPUT .*-j KUBE-IPVS-FILTER\n/m, '')],
    severity: 'warning',
    object: 'chain KUBE-IPVS-FILTER',
    says: /^the jump filter INPUT → KUBE-IPVS-FILTER is missing.*reaches processes of the node \(ipv4\)$/,
    nearMiss: 'a kube-proxy before 1.26, which has no such filter',
    nearEdits: [
      ['iptables-save.txt', (text) => text.replaceAll(/^.*KUBE-IPVS-FILTER.*\n/gm, '')],
      ['ipset.txt', (text) => text.replaceAll(/^.* KUBE-IPVS-IPS .*\n/gm, '')],
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP308',
    fault: 'the rule that rejects is gone',
    edits: [replace('iptables-save.txt', /^.*-A KUBE-IPVS-FILTER .*-j REJECT.*\n/m, '')],
    severity: 'warning',
    object: 'set KUBE-IPVS-IPS',
    says: /^no rule of KUBE-IPVS-FILTER rejects what set KUBE-IPVS-IPS holds/,
    nearMiss: 'it drops instead',
    nearEdits: [
      replace('iptables-save.txt', /^(.*-A KUBE-IPVS-FILTER .*-j) REJECT --reject-with \S+$/m, '$1 DROP'),
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP308',
    fault: 'an address is no member of the set that the filter asks for',
    edits: [replace('ipset.txt', 'add KUBE-IPVS-IPS 10.96.10.4\n', '')],
    severity: 'warning',
    object: '10.96.10.4',
    says: /^set KUBE-IPVS-IPS lacks 10\.96\.10\.4, for which KUBE-IPVS-FILTER asks/,
    nearMiss: 'a foreign chain leads to the filter',
    nearEdits: [
      replace(
        'iptables-save.txt',
        /^(.*-A INPUT .*-j) KUBE-IPVS-FILTER$/m,
        '$1 FIREWALL\n-A FIREWALL -j KUBE-IPVS-FILTER',
      ),
      replace('iptables-save.txt', /^:KUBE-IPVS-FILTER - /m, ':FIREWALL - [0:0]\n:KUBE-IPVS-FILTER - '),
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP308',
    fault: 'a firewall took the jump out of OUTPUT, and source ranges are in use',
    edits: [replace('iptables-save.txt', /^.*-A OUTPUT .*-j KUBE-IPVS-OUT-FILTER\n/m, '')],
    severity: 'warning',
    object: 'chain KUBE-IPVS-OUT-FILTER',
    says: /OUTPUT → KUBE-IPVS-OUT-FILTER is missing .*do not keep out processes of this node/,
    nearMiss: 'the chain has no rules: no Service has source ranges',
    nearEdits: [
      [
        'iptables-save.txt',
        (text) => text.replaceAll(/^.*-A (?:OUTPUT .*-j )?KUBE-IPVS-OUT-FILTER.*\n/gm, ''),
      ],
    ],
  },
  {
    fixture: 'ipvs',
    code: 'KP307',
    fault: 'the node’s own address was put on it',
    edits: [onDevice('172.31.0.11'), ['ipset.txt', (text) => `${text}add KUBE-IPVS-IPS 172.31.0.11\n`]],
    severity: 'error',
    object: '172.31.0.11',
    says: /^172\.31\.0\.11 is on kube-ipvs0 and an address of the node itself: KUBE-IPVS-FILTER rejects/,
    nearMiss: 'it is on it, and the filter does not ask for it',
    nearEdits: [onDevice('172.31.0.11')],
  },
  {
    fixture: 'ipvs',
    code: 'KP307',
    fault: 'an address of a deleted Service is left there',
    edits: [onDevice('203.0.113.77')],
    severity: 'warning',
    object: '203.0.113.77',
    says: /^kube-ipvs0 has 203\.0\.113\.77, which no Service of the API has/,
    nearMiss: 'Services were not captured',
    nearEdits: [onDevice('203.0.113.77'), ['services.json', () => '']],
  },
  {
    fixture: 'ipvs',
    code: 'KP305',
    fault: 'kube-proxy is set to another mode, and a Service was deleted',
    edits: [
      replace('capture.json', '"proxyMode": "ipvs"', '"proxyMode": "iptables"'),
      [
        'services.json',
        (text) => {
          const list: { items: { metadata: { name: string } }[] } = JSON.parse(text);
          return JSON.stringify({
            ...list,
            items: list.items.filter(({ metadata }) => metadata.name !== 'multi'),
          });
        },
      ],
    ],
    severity: 'error',
    object: 'IPVS 10.96.10.36:80',
    says: /10\.96\.10\.36:80, .*, which no Service has, are answered by endpoints of the past/,
    nearMiss: 'a virtual server by mark is not kube-proxy’s',
    nearEdits: [servers(/^/, '-A -f 7 -s rr\n')],
  },
  {
    code: 'KP305',
    fault: 'a virtual server that no Service has, beside iptables mode',
    edits: [KEEPALIVED],
    severity: 'warning',
    object: 'IPVS 192.168.77.100:6443',
    says: /^IPVS balances 192\.168\.77\.100:6443, which no Service of the API has$/,
    nearMiss: 'one by mark',
    nearEdits: [['ipvsadm.txt', () => '-A -f 7 -s rr\n']],
  },
];
