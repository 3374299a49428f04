import type { Family } from '../../net/address.ts';
import type { Element } from '../../nftables/expression.ts';
import { isTableOfIptables } from '../../nftables/iptables-chains.ts';
import { type NftChain, type NftRuleset, type NftTable, rulesOf, tableKey } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import { type SuppliedChain, supplyChains } from '../../nftables/supply-chains.ts';
import { isKubeProxyTable, NFT_TABLE } from '../../proxy/nft-roles.ts';
import type { Trace } from '../../trace/outcome.ts';
import { listed } from '../../words/numbers.ts';
import type { Note } from '../explanation.ts';
import { kubeProxyChains, SETTLE_NFT } from './assumed-nft-proxy.ts';
import { SUPPOSED } from './supposed.ts';

/** More of the chains that nobody knows to be led to are not followed one by one. */
const MOST_FOLLOWED = 3;

/** What is said of a table of which pieces were listed. */
interface Piece {
  readonly notes: readonly Note[];
  /** Chains of kube-proxy's that may end a packet, and were not listed. */
  readonly lacking: readonly string[];
}

interface Completed {
  readonly nft: NftRuleset;
  /** By family and name of the table. */
  readonly pieces: ReadonlyMap<string, Piece>;
}

const COMPLETED = new WeakMap<NftRuleset, Completed>();
const PIECES = new WeakMap<NftRuleset, Completed['pieces']>();

/**
 * `nft list chain` and `nft list map` show pieces of a table: how packets come to them stands elsewhere. What kube-proxy writes the
 * same way on every node stands in for what was not listed; whether packets come to a chain of another table is left open, by
 * name. A table that was listed as a whole stays as it is: a chain that it lacks does not exist.
 * @returns the rule set that is walked; the same for the same one
 */
export function assumeNftHooks(nft: NftRuleset): NftRuleset {
  let made = COMPLETED.get(nft);
  if (made === undefined) {
    made = complete(nft);
    COMPLETED.set(nft, made);
    PIECES.set(made.nft, made.pieces);
  }
  return made.nft;
}

/** @returns what was supposed of the tables that the packet met, and of those that were not listed. */
export function nftNotes(nft: NftRuleset | null, { packet, steps }: Trace): Note[] {
  if (nft === null) return [];
  const met = new Set(
    steps.flatMap((step) => (step.program === 'nft' ? [tableKey(step.family, step.table)] : [])),
  );
  const supposed = [...(PIECES.get(nft) ?? [])].flatMap(([name, { notes }]) => (met.has(name) ? notes : []));
  return [...supposed, ...othersNote(nft, packet.family === 'ipv4' ? 'ip6' : 'ip')];
}

/** @returns the chains of kube-proxy's table that may end a packet of this family, and were not listed. */
export function nftChecksLacking(nft: NftRuleset, family: Family): readonly string[] {
  const key = tableKey(family === 'ipv4' ? 'ip' : 'ip6', NFT_TABLE);
  return PIECES.get(nft)?.get(key)?.lacking ?? [];
}

function othersNote({ tables, part }: NftRuleset, foreign: string): Note[] {
  if (part !== true) return [];
  const names = [...tables.values()]
    .filter(({ family }) => family !== foreign)
    .map((table) => `${table.part === true ? 'parts of table' : 'table'} ${table.family} ${table.name}`);
  const what = names.length === 0 ? 'no table of this family' : `only ${listed(names)}`;
  const text = `of nft's rules ${what} ${names.length > 1 || /^parts/.test(names[0] ?? '') ? 'were' : 'was'} captured: no other is taken to act on the packet`;
  return [{ code: 'nft-tables-not-captured', text, settle: SETTLE_NFT }];
}

function complete(nft: NftRuleset): Completed {
  const pieces = new Map<string, Piece>();
  if (nft.cutAt !== null) return { nft, pieces };
  // Without any base chain no packet meets a rule: that is no rule set, but pieces of one whose commands were left out.
  const isPieces =
    nft.whole !== true && ![...nft.tables.values()].some(({ chains }) => chains.hooked().length > 0);
  const tables = new Map(nft.tables);
  for (const [key, table] of nft.tables) {
    // The JSON of a node may hold rules that no packet meets: what iptables-nft left, or somebody's old chains.
    const isOfText = nft.version === null || isKubeProxyTable(table);
    const isPiece = table.part === true || (isPieces && isOfText && !table.dormant && holdsRules(table));
    if (!isPiece || !FAMILIES.has(table.family)) continue;
    const { supplied, ...piece } = isKubeProxyTable(table)
      ? kubeProxyChains(table, rootsOf(table))
      : { supplied: askingChains(table), notes: [], lacking: [] };
    tables.set(key, { ...supplyChains(table, supplied, SUPPOSED, `table ${key}`), part: true });
    pieces.set(key, piece);
  }
  return pieces.size === 0 ? { nft, pieces } : { nft: { ...nft, tables, part: true }, pieces };
}

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet']);

function holdsRules({ chains }: NftTable): boolean {
  return [...chains.values()].some(({ rules }) => rules.length > 0);
}

/** @returns the chains with rules that no rule and no element leads to. */
function rootsOf(table: NftTable): readonly NftChain[] {
  const called = new Set<string>();
  for (const chain of table.chains.values())
    for (const { statements } of rulesOf(chain))
      for (const name of statements.flatMap((each) => calledBy(each, table))) called.add(name);
  return [...table.chains.values()].filter(
    ({ name, base, rules }) => base === null && rules.length > 0 && !called.has(name),
  );
}

function calledBy(statement: Statement, table: NftTable): readonly string[] {
  if (statement.kind === 'verdict') return statement.chain === null ? [] : [statement.chain];
  if (statement.kind !== 'vmap') return [];
  const { data } = statement;
  const elements: readonly Element[] =
    data.kind === 'set'
      ? data.elements
      : data.kind === 'set-name'
        ? (table.sets.get(data.name)?.elements ?? [])
        : [];
  return elements.flatMap((element) =>
    element.data?.kind === 'verdict' && element.data.chain !== null ? [element.data.chain] : [],
  );
}

/** Base chains in which it is asked whether packets come to the chains that were listed alone. */
function askingChains(table: NftTable): SuppliedChain[] {
  // What iptables-nft wrote, it lists better itself.
  if (isTableOfIptables(table)) return [];
  const roots = rootsOf(table).map(({ name }) => ({ name, kinds: kindsIn(name, table) }));
  const followed = roots.slice(0, MOST_FOLLOWED);
  const more = roots.slice(MOST_FOLLOWED).map(({ name }) => name);
  const rest = more.length < 2 ? more : [`${more[0]} or ${more.length - 1} more chains`];
  const bases = HOOKS.flatMap((at): SuppliedChain[] => {
    const asked = followed.filter(({ kinds }) => mayStandAt(at, kinds)).map(({ name }) => name);
    if (at.type === 'filter') asked.push(...rest);
    const { type, hook, priority } = at;
    const hooked = `type ${type} hook ${hook} priority ${priority}; policy accept;`;
    return asked.length === 0 ? [] : [{ name: `(${hook})`, hooked, rules: [], asked }];
  });
  return [...bases, ...rest.map((name): SuppliedChain => ({ name, hooked: '', rules: [], open: true }))];
}

interface HookAsked {
  readonly hook: string;
  readonly type: 'filter' | 'nat';
  readonly priority: number;
  /** Statements that the kernel takes there alone, of those that are not taken everywhere (nft_nat, nft_masq, nft_reject: `.validate`). */
  readonly takes: readonly Statement['kind'][];
}

const HOOKS: readonly HookAsked[] = [
  { hook: 'prerouting', type: 'nat', priority: -100, takes: ['dnat', 'redirect'] },
  { hook: 'output', type: 'nat', priority: -100, takes: ['dnat', 'redirect'] },
  { hook: 'input', type: 'nat', priority: 100, takes: ['snat'] },
  { hook: 'postrouting', type: 'nat', priority: 100, takes: ['snat', 'masquerade'] },
  { hook: 'prerouting', type: 'filter', priority: 0, takes: [] },
  { hook: 'input', type: 'filter', priority: 0, takes: ['reject'] },
  { hook: 'forward', type: 'filter', priority: 0, takes: ['reject'] },
  { hook: 'output', type: 'filter', priority: 0, takes: ['reject'] },
  { hook: 'postrouting', type: 'filter', priority: 0, takes: [] },
];

const OF_HOOKS: ReadonlySet<string> = new Set(HOOKS.flatMap(({ takes }) => takes));

const NAT: ReadonlySet<string> = new Set(['dnat', 'redirect', 'snat', 'masquerade']);

function mayStandAt({ type, takes }: HookAsked, kinds: ReadonlySet<Statement['kind']>): boolean {
  const own = [...kinds].filter((kind) => OF_HOOKS.has(kind));
  return (type === 'nat') === own.some((kind) => NAT.has(kind)) && own.every((kind) => takes.includes(kind));
}

/** @returns the kinds of statements in a chain and in those that it leads to. */
function kindsIn(root: string, table: NftTable): ReadonlySet<Statement['kind']> {
  const seen = new Set<string>();
  const kinds = new Set<Statement['kind']>();
  const work = [root];
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    const chain = table.chains.get(name);
    if (chain === undefined || seen.has(name)) continue;
    seen.add(name);
    for (const { statements } of rulesOf(chain))
      for (const statement of statements) {
        kinds.add(statement.kind);
        work.push(...calledBy(statement, table));
      }
  }
  return kinds;
}
