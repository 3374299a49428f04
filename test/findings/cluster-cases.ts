import type { Edit } from './altered-capture.ts';
import type { Case } from './case.ts';

const at = (node: string, takenAt: string): Edit => [
  `${node}/capture.json`,
  (text) => JSON.stringify({ ...JSON.parse(text), takenAt }),
];

/** Both nodes of a folder of fixtures/broken-nodes, taken within ten seconds. */
const TOGETHER = [at('n1', '2026-11-21T10:00:00Z'), at('n2', '2026-11-21T10:00:10Z')];

const onSecond = (file: string, from: string | RegExp, to: string): Edit => [
  `n2/${file}`,
  (text) => text.replace(from, to),
];

/** Faults of the other node, of which the first tells, as the kernel showed them. */
export const CLUSTER_CASES: readonly Case[] = [
  {
    code: 'KP133',
    fixture: 'broken-nodes/forward-drop',
    fault: 'FORWARD policy DROP on the node that the endpoints are on',
    edits: TOGETHER,
    severity: 'error',
    object: 'node n2',
    says: /^connections from this node to endpoints of lab\/web, lab\/local and lab\/echo on n2 time out: the request is lost on n2: the policy of filter FORWARD$/,
    nearMiss: 'policy ACCEPT there',
    nearEdits: [...TOGETHER, onSecond('iptables-save.txt', /^:FORWARD DROP/m, ':FORWARD ACCEPT')],
  },
  {
    code: 'KP133',
    fixture: 'broken-nodes/rp-filter',
    fault: 'strict rp_filter there, and a tunnel',
    edits: TOGETHER,
    severity: 'error',
    object: 'lab/web',
    says: /time out: the request is lost on n2: rp_filter drops it: the route to 10\.244\.1\.11 does not go through flannel\.1$/,
    nearMiss: 'captures of two days are not of one state',
    nearEdits: [at('n1', '2026-11-21T10:00:00Z'), at('n2', '2026-11-22T10:00:00Z')],
  },
  {
    code: 'KP133',
    fixture: 'broken-nodes/no-route-back',
    fault: 'no way for the answer, in captures of which nobody knows how far apart they are',
    edits: [at('n1', '2026-11-21T10:00:00Z')],
    severity: 'warning',
    object: 'node n2',
    says: /time out: the answer is lost on n2: no route to 10\.244\.1\.11$/,
    nearMiss: 'the first is of no node of the cluster that the other is of',
    nearEdits: [['n1/nodes.json', (text) => text.replaceAll('"n2"', '"n3"')]],
  },
  {
    code: 'KP133',
    fixture: 'broken-nodes/foreign-snat',
    fault: 'a foreign rule there gives packets the address of who gets them',
    edits: TOGETHER,
    severity: 'error',
    object: 'node n2',
    says: /n2 gives the request 10\.244\.2\.12 as its source, nat POSTROUTING rule 2/,
    nearMiss: 'a rule of a program that applies network policies drops: that is its purpose',
    nearEdits: [
      ...TOGETHER,
      onSecond('iptables-save.txt', /^.*-A POSTROUTING -d 10\.244\.2\.12\/32 -p tcp -j SNAT.*\n/m, ''),
      onSecond('iptables-save.txt', /^:KUBE-FORWARD/m, ':cali-tw-cali1 - [0:0]\n:KUBE-FORWARD'),
      onSecond(
        'iptables-save.txt',
        /^.*-A FORWARD -j KUBE-FORWARD$/m,
        '-A FORWARD -d 10.244.2.12/32 -j cali-tw-cali1\n-A cali-tw-cali1 -j DROP\n$&',
      ),
    ],
  },
  {
    code: 'KP133',
    fixture: 'broken-nodes/forwarding-off',
    fault: 'a node that passes nothing on',
    edits: TOGETHER,
    severity: 'error',
    object: 'lab/local',
    says: /the request is lost on n2: forwarding is off for flannel\.1/,
    nearMiss: 'one that does',
    nearEdits: [...TOGETHER, onSecond('sysctl.txt', /(ip_forward|forwarding) = 0/g, '$1 = 1')],
  },
];
