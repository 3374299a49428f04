import type { Address, Family } from '../net/address.ts';
import type { Match } from './match.ts';
import type { Target } from './target.ts';

/** Which kernel interface holds the rules: nf_tables through iptables-nft, or the older x_tables. */
export type Backend = 'iptables-nft' | 'iptables-legacy';

/** The five tables that iptables knows. */
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';

/** The five places in the kernel where a packet meets rules; also the names of the built-in chains. */
export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** Every {@link HookName}. */
export const HOOK_NAMES: readonly HookName[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** What the built-in chain does with a packet that reached its end. */
export type Policy = 'ACCEPT' | 'DROP';

/** The rules of one family in one backend, as one or several dumps gave them. */
export interface Ruleset {
  readonly family: Family;
  readonly backend: Backend;
  /** True where the dump did not say which backend it came from and `backend` is the default. */
  readonly backendAssumed: boolean;
  /** `save` for iptables-save, complete for the tables it holds; the listings may show single chains only. */
  readonly form: 'save' | 'rules-listing' | 'table-listing';
  readonly tables: ReadonlyMap<TableName, Table>;
  /** Set where the dump broke off: tables that it does not hold may have stood behind. */
  readonly cut?: Cut;
  /** Set where the file is by its name the output of `iptables-save` for all tables: one that is not in it does not exist. Absent: not told. */
  readonly allTables?: true;
  /** Says that the node has tables of iptables-legacy, too, which this ruleset does not hold. Absent: nothing says so. */
  readonly besideLegacy?: { readonly file: string; readonly line: number | null };
  /** Tables that exist and that the dump could not print, as rules of nft stand in them. Absent: none. */
  readonly leftOut?: readonly TableName[];
}

/** Where the text of a dump broke off. What stood behind (or, in the tail of a dump, before) is not known. */
export interface Cut {
  readonly file: string;
  /** The last line that could be used; the first for the tail of a dump. */
  readonly line: number;
  /** Between tables, among the chains that a table declares, or among its rules. */
  readonly within: 'tables' | 'chains' | 'rules';
}

/** A table with its chains, built-in ones included. */
export interface Table {
  readonly name: TableName;
  readonly chains: ChainMap;
  /** Set where the dump broke off in this table. Chains whose rules stood wholly before have no `cut` of their own. */
  readonly cut?: Cut;
}

/** A list of rules with a name. `policy` is set for the built-in chains only. */
export interface Chain {
  readonly table: TableName;
  readonly name: string;
  readonly policy: Policy | null;
  readonly counters: Counters | null;
  /** Place of the chain's declaration; null where the dump only implied the chain. */
  readonly file: string | null;
  readonly line: number | null;
  readonly rules: RuleList;
  /** Set where rules may be missing: at the end of the chain, at its start in the tail of a dump, or anywhere in it. */
  readonly cut?: ChainCut;
  /** Set where rules were listed without `-v`, which alone prints interfaces. */
  readonly interfacesNotListed?: true;
  /** How many rules lead here, as a listing of `iptables -L` counts them. */
  readonly references?: number;
  /** Set where the chain stands for rules that exist and were not captured. */
  readonly unseen?: true;
  /** Set where another command let through only some lines of what the rules stand in. */
  readonly sift?: Sift;
}

/**
 * What lines had to hold to be let through: of each command in the pipe one of these texts is enough. A command that is not read, or
 * of which no text is enough, has none.
 */
export type Sift = readonly (readonly string[])[];

/** Which end of a chain's rules a cut took away; `among`: lines were left out, and may have stood anywhere. */
export interface ChainCut extends Cut {
  readonly side: 'start' | 'end' | 'among';
}

/**
 * The rules of a chain. Nothing is parsed until it is asked for: tracing one packet through 400,000 rules reads a few
 * dozen of them.
 */
export interface RuleList {
  readonly length: number;
  /** @returns the rule at this index, counted from 0; parsed at most once by this list. Throws RangeError outside the list. */
  at(index: number): Rule;
  /**
   * @returns the same rule, which is not kept: for who asks once for each of many. 300,000 rules that are kept take longer to be
   * kept, by the garbage collector, than to be parsed.
   */
  once(index: number): Rule;
  /**
   * @returns indices, ascending, of the rules that a packet with this destination could match: all of them but those
   * whose plain `-d A/32` (or /128) names another address. With null every index.
   */
  towards(destination: Address | null): Iterable<number>;
  /** @returns every index, where all destinations have the same rules: no rule is passed over; null where some may be. */
  forEveryDestination(): readonly number[] | null;
  /** @returns by what {@link towards} passes over rules. */
  byDestination(): RulesByDestination;
  /** @returns the chain or target named by the rule's `-j` or `-g`, read without parsing the rest; null without one. */
  targetName(index: number): string | null;
  /** @returns the rule as the dump spells it, counters left out, read without parsing. Throws RangeError outside the list. */
  text(index: number): string;
}

/** The rules of a chain by the address that each names in a plain `-d A/32` (or /128); indices, ascending. */
export interface RulesByDestination {
  readonly named: ReadonlyMap<bigint, readonly number[]>;
  /** Rules that name no single destination: candidates for every packet. */
  readonly others: readonly number[];
}

/** One rule. */
export interface Rule {
  readonly chain: string;
  /** Position in its chain, counted from 1, as `iptables -L --line-numbers` counts. */
  readonly number: number;
  readonly file: string;
  /** Line in `file`, counted from 1. */
  readonly line: number;
  /** The rule as the dump spells it, without counters. */
  readonly text: string;
  readonly counters: Counters | null;
  readonly matches: readonly Match[];
  readonly target: Target | null;
}

/** Packets and bytes that passed, as `-c` prints them. Numbers above 2^53 lose their last digits. */
export interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

/** The chains of a table by name, in its order. */
export interface ChainMap extends ReadonlyMap<string, Chain> {
  /** The same as `get` for who looks at a chain once: it is not kept, nor is what is read of it. Absent: all are there already. */
  once?(name: string): Chain | undefined;
  /** The names that begin so, or those that do not, where they can be told without reading all of them. */
  keysBeginning?(begins: readonly string[], does: boolean): Iterable<string>;
  /** False where no rule spells this text, which is in ASCII; true where one may. Told without reading a rule. */
  mention?(text: string): boolean;
  /** The chains by number, where no chain has to be made for it. */
  numbered?(): NumberedChains;
  /** What this table and another have in common, told by their bytes; null where they are not both of dumps. */
  beside?(other: ChainMap): ChainsBeside | null;
}

/** @returns a chain that is looked at once, of 100,000 that are; undefined where there is no such chain. */
export function chainOnce(chains: ChainMap, name: string): Chain | undefined {
  return chains.once === undefined ? chains.get(name) : chains.once(name);
}

/** Two tables beside each other. Names are in the order of their table. */
export interface ChainsBeside {
  /** @returns the chains of the first that the other does not have with the same policy and rules, or of which a rule is not known. */
  unlike(knows: KnowsRule): Iterable<string>;
  /** @returns the chains of the other that the first does not have. */
  added(): Iterable<string>;
}

/** Whether the rule that starts here, behind its counters, need not be looked at. */
export type KnowsRule = (bytes: Buffer, start: number) => boolean;

/** The chains of a table by number, from 0, in its order. */
export interface NumberedChains {
  readonly size: number;
  chain(number: number): Chain;
  name(number: number): string;
  /** @returns the number of the chain of this name, or undefined. */
  numberOf(name: string): number | undefined;
  policy(number: number): Policy | null;
  ruleCount(number: number): number;
  /** @returns what {@link RuleList.targetName} tells of a rule: the number of the chain, or a word that is no chain's name. */
  target(number: number, index: number): number | string | null;
}

/**
 * @returns the chains whose names begin with one of these, in the order of the table. Only they are made, and mostly only their names
 * read: a dump can have 140,000, of which most are never asked for.
 */
export function* chainsBeginning(table: Table, begins: readonly string[]): Iterable<Chain> {
  for (const name of namesBeginning(table, begins)) {
    const chain = table.chains.get(name);
    if (chain !== undefined) yield chain;
  }
}

/** The same for their names, or for those of the others (`does` is false): no chain is made. */
export function* namesBeginning(
  { chains }: Pick<Table, 'chains'>,
  begins: readonly string[],
  does = true,
): Iterable<string> {
  if (chains.keysBeginning !== undefined) yield* chains.keysBeginning(begins, does);
  else
    for (const name of chains.keys()) if (begins.some((begin) => name.startsWith(begin)) === does) yield name;
}

/** @returns the text of the first comment of a rule, or null. */
export function commentOf(rule: Rule): string | null {
  for (const match of rule.matches) if (match.kind === 'comment') return match.text;
  return null;
}
