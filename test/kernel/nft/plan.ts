import fc from 'fast-check';
import type { Family } from '../../../src/net/address.ts';
import { pickFrom } from '../generate/pools.ts';
import type { ChainPlan, ChainType, NftHook, TableFamily, TablePlan } from './aim.ts';
import { SetBook } from './aim.ts';
import type { WrittenRule } from './rules.ts';

/** Where a base chain stands, as numbers. */
export interface BaseSpec {
  readonly table: number;
  readonly priority: number;
  readonly drops: boolean;
  /** Stands there without rules, too. */
  readonly present: boolean;
}

export const baseSpec: fc.Arbitrary<BaseSpec> = fc.record({
  table: fc.nat(20),
  priority: fc.nat(100),
  drops: fc.integer({ min: 0, max: 24 }).map((n) => n === 24),
  present: fc.integer({ min: 0, max: 5 }).map((n) => n === 5),
});

interface BasePlan {
  readonly name: string;
  readonly type: ChainType;
  readonly hook: NftHook;
  readonly priorities: readonly number[];
}

/** Between the places that the kernel takes for itself, at the usual ones, and now and then at the same one. */
const FILTER = [0, 0, -150, -110, 10, -50, 1, 50, -101, -199] as const;
const LATE = [0, 0, -150, 110, 10, 99, 101, 150] as const;
const NAT_IN = [-100, -100, -90, -190, 50, -101] as const;
const NAT_OUT = [100, 100, 90, -150, 101] as const;

/** Base chains that rules may stand in. */
const BASES: readonly BasePlan[] = [
  { name: 'ing', type: 'filter', hook: 'ingress', priorities: [0, -10, 10] },
  { name: 'ingb', type: 'filter', hook: 'ingress', priorities: [0, 5, -300] },
  { name: 'rawpre', type: 'filter', hook: 'prerouting', priorities: [-300, -350, -250, -299] },
  { name: 'pre', type: 'filter', hook: 'prerouting', priorities: FILTER },
  { name: 'preb', type: 'filter', hook: 'prerouting', priorities: FILTER },
  { name: 'loc', type: 'filter', hook: 'input', priorities: LATE },
  { name: 'locb', type: 'filter', hook: 'input', priorities: LATE },
  { name: 'pass', type: 'filter', hook: 'forward', priorities: FILTER },
  { name: 'passb', type: 'filter', hook: 'forward', priorities: FILTER },
  { name: 'rawout', type: 'filter', hook: 'output', priorities: [-300, -350, -250] },
  { name: 'out', type: 'filter', hook: 'output', priorities: FILTER },
  { name: 'outb', type: 'filter', hook: 'output', priorities: FILTER },
  { name: 'rout', type: 'route', hook: 'output', priorities: [-150, -150, 0, -160] },
  { name: 'post', type: 'filter', hook: 'postrouting', priorities: LATE },
  { name: 'postb', type: 'filter', hook: 'postrouting', priorities: LATE },
  { name: 'natpre', type: 'nat', hook: 'prerouting', priorities: NAT_IN },
  { name: 'natpreb', type: 'nat', hook: 'prerouting', priorities: NAT_IN },
  { name: 'natin', type: 'nat', hook: 'input', priorities: NAT_OUT },
  { name: 'natout', type: 'nat', hook: 'output', priorities: NAT_IN },
  { name: 'natpost', type: 'nat', hook: 'postrouting', priorities: NAT_OUT },
  { name: 'natpostb', type: 'nat', hook: 'postrouting', priorities: NAT_OUT },
];

/** How many specs {@link planChains} takes. */
export const BASE_COUNT = BASES.length;

/** @returns the base chains as these numbers place them, each with three chains behind it. */
export function planChains(specs: readonly BaseSpec[], tables: readonly TablePlan[]): ChainPlan[] {
  return BASES.flatMap(({ name, type, hook, priorities }, i) => {
    const spec = pickFrom(specs, i);
    const possible = tables.filter(
      ({ family }) => family === 'inet' || (family === 'netdev') === (hook === 'ingress'),
    );
    const table = pickFrom(possible, spec.table);
    const priority = pickFrom(priorities, spec.priority);
    const plan = { table, hook, type, priority };
    return [
      { ...plan, name, depth: 0 },
      ...[1, 2, 3].map((depth) => ({ ...plan, name: `${name}.${depth}`, depth })),
    ];
  });
}

/** @returns the tables of a case; packets of one family meet tables of their own and of inet. */
export function planTables(): TablePlan[] {
  return (
    [
      ['host', 'inet'],
      ['own', 'own'],
      ['kube', 'own'],
      ['links', 'netdev'],
    ] as const
  ).map(([name, family]) => ({ name, family, sets: new SetBook() }));
}

/** Rules as `nft -f` takes them, and the base chains in the order in which they are hooked. */
export interface NativeText {
  readonly lines: readonly string[];
  readonly registered: readonly string[];
}

/** @returns tables with the chains that have rules, or are led to, or stand there anyway. */
export function nativeText(
  tables: readonly TablePlan[],
  chains: readonly ChainPlan[],
  rules: readonly WrittenRule[],
  specs: readonly BaseSpec[],
  family: Family,
): NativeText {
  const lines: string[] = [];
  const registered: string[] = [];
  for (const table of tables) {
    const sets = table.sets.texts();
    const own = chains.filter((chain) => chain.table === table && isNeeded(chain, rules, sets, specs));
    if (own.length === 0) continue;
    const named = `${familyWord(table.family, family)} ${table.name}`;
    lines.push(`table ${named} {`, ...sets);
    for (const chain of own) {
      lines.push(`chain ${chain.name} {`);
      if (chain.depth === 0) {
        registered.push(`${named} ${chain.name}`);
        const policy = chain.type === 'nat' || !specOf(chain, specs).drops ? 'accept' : 'drop';
        lines.push(
          `type ${chain.type} hook ${hookWords(chain)} priority ${chain.priority}; policy ${policy};`,
        );
      }
      lines.push(...rules.filter((rule) => rule.chain === chain).map(({ text }) => text), '}');
    }
    lines.push('}');
  }
  return { lines, registered };
}

/** Devices that are no ports of the bridge, one or several. */
function hookWords({ hook, table, priority }: ChainPlan): string {
  if (hook !== 'ingress') return hook;
  const several = table.family === 'netdev' && priority !== 0;
  return several ? 'ingress devices = { eth0, eth1, cali3 }' : 'ingress device eth0';
}

function isNeeded(
  chain: ChainPlan,
  rules: readonly WrittenRule[],
  sets: readonly string[],
  specs: readonly BaseSpec[],
): boolean {
  if (rules.some((rule) => rule.chain === chain)) return true;
  if (chain.depth === 0) {
    const { drops, present } = specOf(chain, specs);
    const behind = rules.some(
      (rule) => rule.chain.table === chain.table && rule.chain.name.startsWith(`${chain.name}.`),
    );
    // JSON of nft 1.0.6 does not tell the device: of a chain without rules nobody asks which it is.
    if (chain.hook === 'ingress') return false;
    return present || behind || (drops && chain.type === 'filter' && chain.hook !== 'output');
  }
  const leads = new RegExp(`(jump|goto) ${chain.name.replaceAll('.', '\\.')}\\b`);
  return (
    sets.some((text) => leads.test(text)) ||
    rules.some(({ text, chain: { table } }) => table === chain.table && leads.test(text))
  );
}

function specOf({ name }: ChainPlan, specs: readonly BaseSpec[]): BaseSpec {
  return pickFrom(
    specs,
    BASES.findIndex((base) => base.name === name),
  );
}

/** @returns the family as nft calls it. */
export function familyWord(family: TableFamily, of: Family): string {
  return family === 'own' ? (of === 'ipv4' ? 'ip' : 'ip6') : family;
}
