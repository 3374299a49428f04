import type { Edit } from './altered-capture.ts';
import type { Case } from './case.ts';

interface Listed {
  readonly nftables: Record<string, Record<string, unknown>>[];
}

/** Changes the objects that nft listed. */
function listing(change: (objects: Listed['nftables']) => Listed['nftables']): Edit {
  return ['nft.json', (text) => JSON.stringify({ nftables: change((JSON.parse(text) as Listed).nftables) })];
}

const added = (...objects: Listed['nftables']): Edit => listing((all) => [...all, ...objects]);

const table = { family: 'inet', table: 'hostfw' };

const foreign = (hook: string, prio: number, policy: string, ...rules: readonly unknown[][]): Edit =>
  added(
    { table: { family: 'inet', name: 'hostfw', handle: 90 } },
    { chain: { ...table, name: 'guard', handle: 1, type: 'filter', hook, prio, policy } },
    ...rules.map((expr, index) => ({ rule: { ...table, chain: 'guard', handle: 2 + index, expr } })),
  );

/** At frames of every device, among them those of pods on a bridge. */
const onFrames = (...expr: readonly unknown[]): Edit =>
  added(
    { table: { family: 'bridge', name: 'frames', handle: 91 } },
    {
      chain: {
        ...{ family: 'bridge', table: 'frames', name: 'guard', handle: 1 },
        ...{ type: 'filter', hook: 'prerouting', prio: -300, policy: 'accept' },
      },
    },
    { rule: { family: 'bridge', table: 'frames', chain: 'guard', handle: 2, expr } },
  );

const linkAddress = {
  match: { op: '==', left: { payload: { protocol: 'ether', field: 'saddr' } }, right: 'aa:bb:cc:00:00:01' },
};

/** No element of a map leads to any Service. */
const emptied = (map: string): Edit =>
  listing((all) =>
    all.map((object) => (object.map?.name === map ? { map: { ...object.map, elem: [] } } : object)),
  );

const isFrom = (address: string) => ({
  match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: address },
});
const writesMark = (value: unknown) => ({ mangle: { key: { meta: { key: 'mark' } }, value } });

/** The IPv4 set of addresses at which node ports answer, without any. */
export const noNodePortIps: Edit = listing((all) =>
  all.map((object) =>
    object.set?.name === 'nodeport-ips' && object.set.family === 'ip'
      ? { set: { ...object.set, elem: [] } }
      : object,
  ),
);

export const flags = (...list: readonly string[]): Edit => [
  'capture.json',
  (text) => JSON.stringify({ ...JSON.parse(text), kubeProxyFlags: list }),
];

const withoutRule = (part: RegExp): Edit =>
  listing((all) => all.filter(({ rule }) => rule === undefined || !part.test(JSON.stringify(rule))));

/** Faults of nftables mode, on a node of kube-proxy 1.36. */
export const NFT_CASES: readonly Case[] = [
  {
    fixture: 'demo-nftables',
    code: 'KP403',
    fault: 'node ports answer at no address, and nobody chose that',
    edits: [noNodePortIps],
    severity: 'error',
    object: 'set nodeport-ips',
    says: /^set nodeport-ips of ip kube-proxy has no address: no node port answers on this node/,
    nearMiss: 'networks were chosen of which the node has no address',
    nearEdits: [noNodePortIps, flags('--proxy-mode=nftables', '--nodeport-addresses=192.0.2.0/24')],
  },
  {
    fixture: 'demo-nftables',
    code: 'KP114',
    fault: 'nothing asks the set of endpoints that reach themselves',
    edits: [withoutRule(/"table":"kube-proxy","chain":"masquerading".*"dnat"/)],
    severity: 'error',
    object: 'pod shop/web-a1',
    says: /cannot reach themselves through the Service: no rule of chain masquerading of ip kube-proxy/,
    nearMiss: 'nothing is masqueraded at all: that is one fault, and another finding',
    nearEdits: [withoutRule(/"table":"kube-proxy","chain":"masquerading"/)],
  },
  {
    fixture: 'demo-nftables',
    code: 'KP401',
    fault: 'a foreign base chain drops what is forwarded',
    edits: [foreign('forward', 0, 'drop')],
    severity: 'error',
    object: 'table inet hostfw',
    says: /^inet hostfw guard policy drops packets for .*/,
    nearMiss: 'it accepts all',
    nearEdits: [foreign('forward', 0, 'accept')],
  },
  {
    fixture: 'demo-nftables',
    code: 'KP401',
    fault: 'a foreign rule rejects packets of pods',
    edits: [foreign('prerouting', -150, 'accept', [isFrom('10.244.1.13'), { reject: null }])],
    severity: 'error',
    object: 'shop/web',
    says: /^inet hostfw guard rule 1 rejects packets for .*/,
    nearMiss: 'the same for a pod that does not exist',
    nearEdits: [foreign('prerouting', -150, 'accept', [isFrom('10.244.1.250'), { reject: null }])],
  },
  {
    fixture: 'demo-nftables',
    code: 'KP401',
    fault: 'a foreign chain of the bridge drops the frames of pods',
    edits: [onFrames({ drop: null })],
    severity: 'error',
    object: 'shop/web',
    says: /^bridge frames guard rule 1 drops packets for .*/,
    nearMiss:
      'it drops those of a link address, which no capture tells, and it is the elements that are gone',
    nearEdits: [onFrames(linkAddress, { drop: null }), emptied('service-ips')],
  },
  {
    fixture: 'demo-nftables',
    code: 'KP402',
    fault: 'a foreign rule writes the whole mark',
    edits: [foreign('forward', -150, 'accept', [writesMark(1)])],
    severity: 'error',
    object: 'chain guard',
    says: /inet hostfw guard rule 1 takes the mark away by which kube-proxy masquerades them/,
    nearMiss: 'a rule that writes its own bits',
    nearEdits: [foreign('forward', -150, 'accept', [writesMark({ '|': [{ meta: { key: 'mark' } }, 1] })])],
  },
  {
    fixture: 'demo-nftables',
    code: 'KP403',
    fault: 'the table is gone',
    edits: [
      listing((all) =>
        all.filter((object) =>
          Object.values(object).every(
            ({ family, table: of, name }) => family !== 'ip' || (of ?? name) !== 'kube-proxy',
          ),
        ),
      ),
    ],
    severity: 'error',
    object: 'table ip kube-proxy',
    says: /^there is no table ip kube-proxy, though kube-proxy works in nftables mode/,
    nearMiss: 'nft was not captured',
    nearEdits: [['nft.json', () => '']],
  },
  {
    fixture: 'demo-nftables',
    code: 'KP403',
    fault: 'no base chain leads packets from pods to the Services',
    edits: [
      listing((all) =>
        all.filter(
          ({ chain, rule }) =>
            (chain?.name ?? rule?.chain) !== 'nat-prerouting' || (chain ?? rule)?.family !== 'ip',
        ),
      ),
    ],
    severity: 'error',
    object: 'shop/web',
    says: /do not come to kube-proxy’s chain of Services: no base chain of its table leads there/,
    nearMiss: 'another base chain is gone, at which nothing is asked of these packets',
    nearEdits: [
      listing((all) =>
        all.filter(
          ({ chain, rule }) =>
            (chain?.name ?? rule?.chain) !== 'filter-input' || (chain ?? rule)?.family !== 'ip',
        ),
      ),
    ],
  },
];
