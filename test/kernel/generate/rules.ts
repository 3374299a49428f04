import fc from 'fast-check';
import type { HookName, TableName } from '../../../src/iptables/ruleset.ts';
import { formatProtocol } from '../../../src/net/protocol.ts';
import type { Probe } from '../node/test-node.ts';
import type { MatchText } from './match-texts.ts';
import { MATCHES, type MatchName, writeMatch } from './matches.ts';
import { type Pool, pickFrom } from './pools.ts';
import { TARGETS, type TargetName, writeTarget } from './targets.ts';

/** A match as numbers, which shrink. */
interface MatchSpec {
  readonly kind: MatchName;
  readonly fits: boolean;
  readonly negated: boolean;
  readonly pick: number;
}

/** A rule as numbers. */
export interface RuleSpec {
  readonly table: TableName;
  readonly chain: number;
  /** Which packet it is about. */
  readonly about: number;
  readonly matches: readonly MatchSpec[];
  readonly target: TargetName;
  readonly pick: number;
}

/** Kinds that ask for a certain protocol or hook stand more often, those that no capture answers less. */
const MATCH_WEIGHTS: Partial<Record<MatchName, number>> = {
  ...{ 'icmp-type': 9, 'sctp-chunks': 16, 'tcp-flags': 5, multiport: 4, 'physdev-is': 8, 'physdev-name': 8 },
  ...{
    recent: 6,
    rpfilter: 12,
    'owner-socket': 8,
    pkttype: 5,
    helper: 8,
    ctproto: 6,
    ctaddress: 4,
    iprange: 4,
    'statistic-nth': 4,
    fragment: 8,
    devgroup: 4,
    addrtype: 7,
    ctdir: 4,
  },
  ...{
    'source-port': 6,
    'destination-port': 6,
    ctstatus: 5,
    connmark: 4,
    ctport: 6,
    length: 4,
    tos: 4,
    dscp: 4,
  },
  ...{
    u32: 1,
    ecn: 1,
    limit: 1,
    ctexpire: 1,
    connbytes: 1,
    mac: 1,
    comment: 1,
    'tcp-option': 1,
    'statistic-random': 1,
  },
};

const matchSpec: fc.Arbitrary<MatchSpec> = fc.record({
  kind: fc.constantFrom(
    ...(Object.keys(MATCHES) as MatchName[]).flatMap((name) =>
      new Array<MatchName>(MATCH_WEIGHTS[name] ?? 2).fill(name),
    ),
  ),
  fits: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  negated: fc.integer({ min: 0, max: 3 }).map((n) => n === 3),
  pick: fc.nat(10_000),
});

/** What ends a packet's way in a table stands less often than what lets it go on. */
const WEIGHTS: Partial<Record<TargetName, number>> = {
  ...{ none: 14, jump: 8, goto: 3, mark: 5, return: 3, dnat: 4, masquerade: 2, drop: 1, accept: 2 },
  ...{
    redirect: 2,
    snat: 2,
    netmap: 1,
    tproxy: 2,
    notrack: 2,
    reject: 2,
    'ct-zone': 1,
    dscp: 2,
    tos: 2,
    ttl: 2,
  },
};

/** Targets that belong to one table. */
const TABLE_OF: Partial<Record<TargetName, TableName>> = {
  ...({ dnat: 'nat', redirect: 'nat', snat: 'nat', masquerade: 'nat', netmap: 'nat' } as const),
  ...({ notrack: 'raw', 'ct-zone': 'raw', reject: 'filter' } as const),
  ...({ tproxy: 'mangle', ttl: 'mangle', tos: 'mangle', dscp: 'mangle' } as const),
};

export const ruleSpec: fc.Arbitrary<RuleSpec> = fc.record({
  table: fc.constantFrom<TableName>(
    'raw',
    'mangle',
    'mangle',
    'mangle',
    'nat',
    'nat',
    'nat',
    'filter',
    'filter',
    'filter',
    'security',
  ),
  chain: fc.nat(1000),
  about: fc.nat(1000),
  matches: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(matchSpec) },
    { weight: 2, arbitrary: fc.array(matchSpec, { maxLength: 3 }) },
  ),
  target: fc.constantFrom(
    ...(Object.keys(TARGETS) as TargetName[]).flatMap((name) =>
      new Array<TargetName>(WEIGHTS[name] ?? 2).fill(name),
    ),
  ),
  pick: fc.nat(10_000),
});

/** Built-in chains of each table. */
const HOOKS: Readonly<Record<TableName, readonly HookName[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export interface ChainPlan {
  readonly name: string;
  readonly hooks: readonly HookName[];
  /** Jumps lead to deeper chains only, so that there are no loops. */
  readonly depth: number;
}

/** Every built-in chain has three chains behind it; of two hooks that see new packets, some are shared, as KUBE-SERVICES is. */
export function chainsOf(table: TableName): ChainPlan[] {
  const builtIn = HOOKS[table].map((hook) => ({ name: hook, hooks: [hook], depth: 0 }));
  const behind = HOOKS[table].flatMap((hook) =>
    [1, 2, 3].map((depth) => ({ name: `${hook}-${depth}`, hooks: [hook], depth })),
  );
  const shared = HOOKS[table].includes('PREROUTING')
    ? [{ name: 'SHARED', hooks: ['PREROUTING', 'OUTPUT'] as const, depth: 4 }]
    : [];
  return [...builtIn, ...behind, ...shared];
}

/** A rule as text, and the table and chain it belongs to. */
export interface WrittenRule {
  readonly table: TableName;
  readonly chain: string;
  readonly text: string;
}

/** Where a rule stands, and which packet it is about. */
interface Place {
  readonly table: TableName;
  readonly chain: ChainPlan;
  readonly packet: Probe;
}

/** The chain and packet meant, or the first after them for which the rule can be written as it is: not every packet has ports, nor every hook an output interface. */
function placeOf(spec: RuleSpec, packets: readonly Probe[], pool: Pool): Place {
  const { pick } = spec;
  const table = TABLE_OF[spec.target] ?? spec.table;
  const all = chainsOf(table);
  const early = all.filter(({ depth }) => depth === 0);
  // Packets meet the built-in chains most.
  const chains = [...early, ...early, ...all];
  const suits = ({ chain: { hooks }, packet }: Place): boolean =>
    writeTarget(spec.target, { pool, packet, pick, table, hooks, chains: ['any'] }) !== null &&
    spec.matches.every(
      ({ kind, ...aim }) => writeMatch(kind, { ...aim, pool, packet, table, hooks }) !== null,
    );
  const places = packets.flatMap((_, i) =>
    chains.map((__, k) => ({
      table,
      chain: pickFrom(chains, spec.chain + k),
      packet: pickFrom(packets, spec.about + i),
    })),
  );
  return places.find(suits) ?? pickFrom(places, 0);
}

/** @returns the rule, without what would not load. */
export function writeRule(spec: RuleSpec, packets: readonly Probe[], pool: Pool): WrittenRule {
  const { pick } = spec;
  const { table, chain, packet } = placeOf(spec, packets, pool);
  const { hooks } = chain;
  const matches: MatchText[] = [];
  for (const { kind, ...aim } of spec.matches) {
    const match = writeMatch(kind, { ...aim, pool, packet, table, hooks });
    if (match === null) continue;
    if (match.slot !== undefined && matches.some(({ slot }) => slot === match.slot)) continue;
    // Of one option that stands twice in a rule, `-m tcp --sport` for one, iptables-nft-save prints the last.
    if (matches.some(({ text }) => optionOf(text) === optionOf(match.text))) continue;
    if (matches.some((other) => areTakenForOne(other.text, match.text))) continue;
    matches.push(match);
  }
  const leads = chainsOf(table).filter(
    (other) => other.depth > chain.depth && hooks.every((hook) => other.hooks.includes(hook)),
  );
  const target = writeTarget(spec.target, {
    pool,
    packet,
    pick,
    table,
    hooks,
    chains: leads.map(({ name }) => name),
  }) ?? { text: '' };
  const protocol = matches.find((match) => match.protocol !== undefined)?.protocol ?? target.protocol;
  const other =
    pick % 7 === 0
      ? `${pick % 2 === 0 ? '! ' : ''}-p ${formatProtocol(pickFrom([6, 17, 132, pool.icmp], pick >> 1))}`
      : '';
  const words = [
    `-A ${chain.name}`,
    ...matches.filter(({ slot }) => slot !== undefined).map(({ text }) => text),
    protocol === undefined ? other : `-p ${formatProtocol(protocol)}`,
    ...matches.filter(({ slot }) => slot === undefined).map(({ text }) => text),
    conflicts(matches, target.text) ? '' : target.text,
  ];
  return { table, chain: chain.name, text: words.filter((word) => word !== '').join(' ') };
}

/** Behind `-m set`, iptables takes the `--set` of `-m recent` for an old spelling of `--match-set`. */
function areTakenForOne(first: string, second: string): boolean {
  return first.startsWith('-m set ') && / --set /.test(second);
}

/** TCPMSS comes with a match of its own. */
function conflicts(matches: readonly MatchText[], target: string): boolean {
  return target.startsWith('-m ') && matches.some(({ text }) => text.includes('--tcp-flags'));
}

function optionOf(text: string): string {
  return text.split(' ').find((word) => word.startsWith('--')) ?? text;
}

/** @returns the rules as iptables-restore takes them: the tables that have any, or all of them. */
export function rulesText(
  rules: readonly WrittenRule[],
  dropping: ReadonlySet<string>,
  all: boolean,
): string {
  const tables = (Object.keys(HOOKS) as TableName[]).filter(
    (table) => all || rules.some((rule) => rule.table === table),
  );
  return tables
    .map((table) => {
      const own = rules.filter((rule) => rule.table === table);
      const policy = (hook: string): string => (dropping.has(`${table} ${hook}`) ? 'DROP' : 'ACCEPT');
      return [
        `*${table}`,
        ...HOOKS[table].map((hook) => `:${hook} ${policy(hook)} [0:0]`),
        ...userChains(table, own).map((name) => `:${name} - [0:0]`),
        ...own.map(({ text }) => text),
        'COMMIT',
        '',
      ].join('\n');
    })
    .join('');
}

/** Chains that rules stand in or lead to. */
function userChains(table: TableName, rules: readonly WrittenRule[]): string[] {
  const planned = chainsOf(table).map(({ name }) => name);
  const led = rules
    .map(({ text }) => / -[jg] (\S+)$/.exec(text)?.[1] ?? '')
    .filter((name) => planned.includes(name));
  const names = new Set([...rules.map(({ chain }) => chain), ...led]);
  return [...names].filter((name) => !HOOKS[table].some((hook) => hook === name));
}
