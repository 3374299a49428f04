import { parseAddress } from '../../src/net/address.ts';
import { nftEndpointName, nftServiceName } from '../../src/proxy/nft-names.ts';
import { type BenchCluster, type BenchService, nodeAddress, POD_CIDR, type Port } from './cluster.ts';

/** One state of a node, as `nft -j list ruleset` prints it, and as text that `nft -f` takes. */
export interface NftListing {
  readonly json: string;
  readonly text: string;
}

/**
 * @returns the rules of kube-proxy 1.32 in nftables mode (copied from a real node): a chain of each Service port, and one of each
 *   endpoint of it, with two rules each. Later versions make fewer and smaller ones.
 */
export function formatNftRules(cluster: BenchCluster): NftListing {
  const table = new KubeProxyTable();
  for (const service of cluster.services) for (const port of service.ports) table.addPort(service, port);
  return table.format();
}

type Expr = readonly object[];

class KubeProxyTable {
  #handle = 1;
  readonly #chains: object[] = [];
  readonly #rules: object[] = [];
  readonly #bodies: string[] = [];
  /** Of chains that are not hooked. */
  readonly #names: string[] = [];
  readonly #clusterIPs: string[] = [];
  readonly #serviceIPs: unknown[] = [];
  readonly #serviceIPTexts: string[] = [];
  readonly #nodePorts: unknown[] = [];
  readonly #nodePortTexts: string[] = [];

  constructor() {
    for (const [name, rules] of COMMON) this.#addChain(name, rules);
    for (const [name, type, hook, prio, rules] of HOOKED) this.#addChain(name, rules, { type, hook, prio });
  }

  addPort(service: BenchService, port: Port): void {
    const owner = { ...service, port: port.name, protocol: 'TCP' } as const;
    const name = nftServiceName('service', owner);
    const chains = service.backends.map(({ address }) => {
      const parsed = parseAddress(address);
      if (parsed === null) throw new Error(`not an address: ${address}`);
      return nftEndpointName('endpoint', owner, parsed, port.target);
    });
    service.backends.forEach(({ address }, index) => {
      this.#addChain(chains[index] ?? '', [
        [
          `ip saddr ${address} jump mark-for-masquerade`,
          [match('==', field('ip', 'saddr'), address), jump('mark-for-masquerade')],
        ],
        [
          `meta l4proto tcp dnat to ${address}:${port.target}`,
          [match('==', meta('l4proto'), 'tcp'), { dnat: { addr: address, port: port.target } }],
        ],
      ]);
    });
    const [network = '', length = ''] = POD_CIDR.split('/');
    const pods = { prefix: { addr: network, len: Number(length) } };
    const { clusterIP } = service;
    this.#addChain(name, [
      [
        `ip daddr ${clusterIP} tcp dport ${port.port} ip saddr != ${POD_CIDR} jump mark-for-masquerade`,
        [
          match('==', field('ip', 'daddr'), clusterIP),
          match('==', field('tcp', 'dport'), port.port),
          match('!=', field('ip', 'saddr'), pods),
          jump('mark-for-masquerade'),
        ],
      ],
      [
        `numgen random mod ${chains.length} vmap { ${chains.map((chain, i) => `${i} : goto ${chain}`).join(', ')} }`,
        [
          vmap(
            { numgen: { mode: 'random', mod: chains.length, offset: 0 } },
            { set: chains.map((target, i) => [i, { goto: { target } }]) },
          ),
        ],
      ],
    ]);
    if (this.#clusterIPs.at(-1) !== clusterIP) this.#clusterIPs.push(clusterIP);
    this.#serviceIPs.push([{ concat: [clusterIP, 'tcp', port.port] }, { goto: { target: name } }]);
    this.#serviceIPTexts.push(`${clusterIP} . tcp . ${port.port} : goto ${name}`);
    if (port.nodePort === null) return;
    const external = nftServiceName('external', owner);
    this.#addChain(external, [
      ['jump mark-for-masquerade', [jump('mark-for-masquerade')]],
      [`goto ${name}`, [{ goto: { target: name } }]],
    ]);
    this.#nodePorts.push([{ concat: ['tcp', port.nodePort] }, { goto: { target: external } }]);
    this.#nodePortTexts.push(`tcp . ${port.nodePort} : goto ${external}`);
  }

  #addChain(name: string, rules: readonly (readonly [string, Expr])[], base?: Base): void {
    const place = { family: 'ip', table: 'kube-proxy' };
    const hooked = base === undefined ? {} : { ...base, policy: 'accept' };
    if (base === undefined) this.#names.push(name);
    this.#chains.push({ chain: { ...place, name, handle: this.#handle++, ...hooked } });
    for (const [, expr] of rules)
      this.#rules.push({ rule: { ...place, chain: name, handle: this.#handle++, expr } });
    const head =
      base === undefined ? [] : [`type ${base.type} hook ${base.hook} priority ${base.prio}; policy accept;`];
    this.#bodies.push(
      `\tchain ${name} {\n${[...head, ...rules.map(([text]) => text)].map((line) => `\t\t${line}\n`).join('')}\t}\n`,
    );
  }

  format(): NftListing {
    const address = nodeAddress(0);
    const sets = [
      set('set', 'cluster-ips', 'ipv4_addr', this.#clusterIPs, this.#clusterIPs),
      set('set', 'nodeport-ips', 'ipv4_addr', [address], [address]),
      set('map', 'no-endpoint-services', KEY, [], []),
      set('map', 'no-endpoint-nodeports', PORT_KEY, [], []),
      set('map', 'firewall-ips', KEY, [], []),
      set('map', 'service-ips', KEY, this.#serviceIPs, this.#serviceIPTexts),
      set('map', 'service-nodeports', PORT_KEY, this.#nodePorts, this.#nodePortTexts),
    ];
    const objects = [
      { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } },
      { table: { family: 'ip', name: 'kube-proxy', handle: 1 } },
      ...sets.map(({ json }) => json),
      ...this.#chains,
      ...this.#rules,
    ];
    // As nft prints it: in one line, with a blank behind each colon and comma.
    const json = objects.map((object) => spaced(JSON.stringify(object))).join(', ');
    // A chain is declared before a rule leads to it.
    const declared = this.#names.map((name) => `\tchain ${name} {\n\t}\n`);
    return {
      json: `{"nftables": [${json}]}\n`,
      text: `table ip kube-proxy {\n${declared.join('')}${sets.map(({ text }) => text).join('')}${this.#bodies.join('')}}\n`,
    };
  }
}

interface Base {
  readonly type: string;
  readonly hook: string;
  readonly prio: number;
}

const KEY = ['ipv4_addr', 'inet_proto', 'inet_service'];
const PORT_KEY = ['inet_proto', 'inet_service'];

function set(
  kind: 'set' | 'map',
  name: string,
  type: string | readonly string[],
  elements: readonly unknown[],
  texts: readonly string[],
): { readonly json: object; readonly text: string } {
  const verdict = kind === 'map' ? { map: 'verdict' } : {};
  const elem = elements.length === 0 ? {} : { elem: elements };
  const key = typeof type === 'string' ? type : type.join(' . ');
  const listed = texts.length === 0 ? '' : `\t\telements = { ${texts.join(',\n\t\t\t')} }\n`;
  return {
    json: { [kind]: { family: 'ip', name, table: 'kube-proxy', type, handle: 0, ...verdict, ...elem } },
    text: `\t${kind} ${name} {\n\t\ttype ${key}${kind === 'map' ? ' : verdict' : ''}\n${listed}\t}\n`,
  };
}

function spaced(json: string): string {
  return json.replaceAll(/([:,])(?=["{[\d])/g, '$1 ');
}

function match(op: string, left: object, right: unknown): object {
  return { match: { op, left, right } };
}

function field(protocol: string, name: string): object {
  return { payload: { protocol, field: name } };
}

function meta(key: string): object {
  return { meta: { key } };
}

function jump(target: string): object {
  return { jump: { target } };
}

function vmap(key: object, data: unknown): object {
  return { vmap: { key, data } };
}

const CONCAT = { concat: [field('ip', 'daddr'), meta('l4proto'), field('th', 'dport')] };
const PORTS = { concat: [meta('l4proto'), field('th', 'dport')] };
const REJECT = { reject: { type: 'icmp', expr: 'port-unreachable' } };
const OWN = match('==', field('ip', 'daddr'), '@nodeport-ips');

function changed(operator: '|' | '^'): object {
  return { mangle: { key: meta('mark'), value: { [operator]: [meta('mark'), 0x4000] } } };
}

function ofNew(target: string): readonly [string, Expr] {
  return [
    `ct state new jump ${target}`,
    [{ match: { op: 'in', left: { ct: { key: 'state' } }, right: 'new' } }, jump(target)],
  ];
}

function looked(map: string): readonly [string, Expr] {
  return [`ip daddr . meta l4proto . th dport vmap @${map}`, [vmap(CONCAT, `@${map}`)]];
}

function lookedUpPort(map: string): readonly [string, Expr] {
  return [`ip daddr @nodeport-ips meta l4proto . th dport vmap @${map}`, [OWN, vmap(PORTS, `@${map}`)]];
}

const COMMON: readonly (readonly [string, readonly (readonly [string, Expr])[]])[] = [
  ['mark-for-masquerade', [['meta mark set meta mark or 0x4000', [changed('|')]]]],
  ['reject-chain', [['reject', [REJECT]]]],
  ['nodeport-endpoints-check', [lookedUpPort('no-endpoint-nodeports')]],
  ['service-endpoints-check', [looked('no-endpoint-services')]],
  ['firewall-check', [looked('firewall-ips')]],
  [
    'cluster-ips-check',
    [['ip daddr @cluster-ips reject', [match('==', field('ip', 'daddr'), '@cluster-ips'), REJECT]]],
  ],
  ['services', [looked('service-ips'), lookedUpPort('service-nodeports')]],
  [
    'masquerading',
    [
      ['meta mark & 0x4000 == 0 return', [match('==', { '&': [meta('mark'), 0x4000] }, 0), { return: null }]],
      ['meta mark set meta mark xor 0x4000', [changed('^')]],
      ['masquerade fully-random', [{ masquerade: { flags: 'fully-random' } }]],
    ],
  ],
];

function led(target: string): readonly [string, Expr] {
  return [`jump ${target}`, [jump(target)]];
}

const HOOKED: readonly (readonly [string, string, string, number, readonly (readonly [string, Expr])[]])[] = [
  ['filter-prerouting', 'filter', 'prerouting', -110, [ofNew('firewall-check')]],
  [
    'filter-input',
    'filter',
    'input',
    -110,
    [ofNew('nodeport-endpoints-check'), ofNew('service-endpoints-check')],
  ],
  [
    'filter-forward',
    'filter',
    'forward',
    -110,
    [ofNew('service-endpoints-check'), ofNew('cluster-ips-check')],
  ],
  ['filter-output', 'filter', 'output', -110, [ofNew('service-endpoints-check'), ofNew('firewall-check')]],
  ['filter-output-post-dnat', 'filter', 'output', -90, [ofNew('cluster-ips-check')]],
  ['nat-prerouting', 'nat', 'prerouting', -100, [led('services')]],
  ['nat-output', 'nat', 'output', -100, [led('services')]],
  ['nat-postrouting', 'nat', 'postrouting', 100, [led('masquerading')]],
];
