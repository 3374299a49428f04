import type { HookName, TableName } from '../ruleset.ts';
import type { Block } from './blocks.ts';

const ALL: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];

/** Which tables have which built-in chain (ip_tables and iptables-nft alike; nat has INPUT since Linux 2.6.36). */
const BUILT_IN: Readonly<Record<HookName, readonly TableName[]>> = {
  PREROUTING: ['raw', 'mangle', 'nat'],
  INPUT: ['mangle', 'nat', 'filter', 'security'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ALL,
  POSTROUTING: ['mangle', 'nat'],
};

/** Targets that the kernel accepts in certain tables only (`.table` of the xt_target), and DROP, which iptables refuses in nat. */
const TARGETS: Readonly<Record<string, readonly TableName[]>> = {
  DNAT: ['nat'],
  SNAT: ['nat'],
  MASQUERADE: ['nat'],
  REDIRECT: ['nat'],
  NETMAP: ['nat'],
  TPROXY: ['mangle'],
  TOS: ['mangle'],
  DSCP: ['mangle'],
  TTL: ['mangle'],
  HL: ['mangle'],
  ECN: ['mangle'],
  CHECKSUM: ['mangle'],
  TCPOPTSTRIP: ['mangle'],
  CT: ['raw'],
  NOTRACK: ['raw'],
  TRACE: ['raw'],
  REJECT: ['filter'],
  DROP: ['raw', 'mangle', 'filter', 'security'],
};

/** Chains that their writers (kube-proxy, kubelet, CNI plugins, Docker, kube-router) put into one table only. */
const CHAINS: readonly (readonly [RegExp, readonly TableName[]])[] = [
  [/^KUBE-(?:SVC|SVL|SEP|EXT|XLB|FW)-[A-Z2-7]{16}$/, ['nat']],
  [/^KUBE-(?:MARK-MASQ|MARK-DROP|POSTROUTING|LOAD-BALANCER|PORTALS-\w+|NODEPORT-\w+)$/, ['nat']],
  [/^(?:CNI-HOSTPORT-\w+|CNI-DN-\w+|FLANNEL-POSTRTG|AWS-SNAT-CHAIN-\d+|IP-MASQ(?:-AGENT)?)$/, ['nat']],
  [
    /^KUBE-(?:FORWARD|EXTERNAL-SERVICES|PROXY-FIREWALL|SOURCE-RANGES-FIREWALL|IPVS-FILTER|IPVS-OUT-FILTER)$/,
    ['filter'],
  ],
  [/^(?:KUBE-ROUTER-(?:INPUT|FORWARD|OUTPUT)|KUBE-POD-FW-\w+|KUBE-NWPLCY-\w+)$/, ['filter']],
  [/^(?:CNI-FORWARD|CNI-ADMIN|DOCKER-(?:USER|FORWARD|CT|BRIDGE|ISOLATION-\S+)|FLANNEL-FWD)$/, ['filter']],
];

/** @returns true for the name of a chain that the kernel calls itself. */
export function isBuiltIn(chain: string): chain is HookName {
  return Object.hasOwn(BUILT_IN, chain);
}

/** @returns the tables that a chain can belong to by its name and its targets; all of them where nothing tells. */
export function possibleTables(block: Block): readonly TableName[] {
  let possible = isBuiltIn(block.chain) ? BUILT_IN[block.chain] : ALL;
  const narrow = (tables: readonly TableName[] | undefined): void => {
    if (tables === undefined) return;
    const common = intersection(possible, tables);
    if (common.length > 0) possible = common;
  };
  narrow(tablesOfChain(block.chain));
  const seen = new Set<string>();
  for (const { columns } of block.rows) {
    const target = columns?.target ?? null;
    if (target === null || seen.has(target)) continue;
    seen.add(target);
    narrow(Object.hasOwn(TARGETS, target) ? TARGETS[target] : tablesOfChain(target));
  }
  return possible;
}

/** @returns the tables in both lists. */
export function intersection(a: readonly TableName[], b: readonly TableName[]): readonly TableName[] {
  return a.filter((table) => b.includes(table));
}

/**
 * Orders the tables that chains listed together can belong to, likeliest first.
 * @param blocks chains of one listing.
 * @param possible the tables none of them contradicts.
 */
export function likelyTables(blocks: readonly Block[], possible: readonly TableName[]): readonly TableName[] {
  const names = new Set(blocks.map((block) => block.chain));
  const portal = blocks.flatMap((block) => block.rows).find((row) => row.columns?.target === 'KUBE-SERVICES');
  const order: TableName[] = [];
  // kube-proxy jumps to its chain of nat for every packet, to that of filter for new connections only.
  if (portal !== undefined) order.push(/\bctstate NEW\b/.test(portal.text) ? 'filter' : 'nat');
  if (names.has('PREROUTING') && names.has('OUTPUT') && !names.has('POSTROUTING')) order.push('raw');
  const natLike = names.has('PREROUTING') || names.has('POSTROUTING');
  const kube = ![...names].some(isBuiltIn) && [...names].some((name) => name.startsWith('KUBE-'));
  order.push(
    ...(natLike || kube ? (['nat', 'mangle'] as const) : []),
    'filter',
    'nat',
    'mangle',
    'raw',
    'security',
  );
  return [...new Set(order)].filter((table) => possible.includes(table));
}

function tablesOfChain(name: string): readonly TableName[] | undefined {
  return CHAINS.find(([pattern]) => pattern.test(name))?.[1];
}
