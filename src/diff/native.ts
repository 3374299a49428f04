import type { Known } from '../explain/question/question.ts';
import type { Family } from '../net/address.ts';
import { isTableOfIptables } from '../nftables/iptables-chains.ts';
import { hasNativeRule, isNativeRule } from '../nftables/native-rules.ts';
import { type NftChain, type NftSet, type NftTable, rulesOf, tableKey } from '../nftables/ruleset.ts';
import type { StateChange } from './document.ts';
import { actingTables, isMemory, tablesWithAdded } from './nft/acting-tables.ts';
import { movedChains } from './nft/chain-order.ts';
import { offloadText } from './nft/offload.ts';
import { chainHead, elementText, flowtableText, objectText, ruleText, setHead } from './nft/texts.ts';
import type { State } from './two-sides.ts';

/** What native nft tables of two states say, as far as both were captured. */
export interface NativeComparison {
  /** `ip kube-proxy`: tables that hold rules on either side. */
  readonly tables: readonly string[];
  /** Of these, those that do not say the same. */
  readonly differing: readonly string[];
  /** Rules and elements that one side alone has. */
  readonly changes: readonly StateChange[];
  /** Tables that hand other connections to flowtables on one side than on the other. */
  readonly offload: readonly string[];
}

/**
 * Compares native tables word by word: rules in their order, elements of sets and maps in any. Counters, handles and what
 * packets left in sets (session affinity) are left aside. What packets do is not followed. Of a table of iptables that iptables-save
 * tells, only rules count that somebody added with nft.
 * @returns null where a side's rule set was not captured
 */
export function compareNativeTables(before: Known, after: Known): NativeComparison | null {
  // Where one side's dump is missing, what nft lists of these tables is compared with what it lists on the other.
  const saved = [before, after].every(({ rulesets }) =>
    rulesets.some(({ backend }) => backend === 'iptables-nft'),
  );
  const [own, other] = [nativeTables(before, saved), nativeTables(after, saved)];
  if (own === null || other === null) return null;
  if ((isPart(before) || isPart(after)) && namesIn(own) !== namesIn(other)) return null;
  const tables = [...new Set([...own.keys(), ...other.keys()])].sort();
  const changes = tables.flatMap((name) => changesIn(name, own.get(name) ?? NONE, other.get(name) ?? NONE));
  return {
    tables,
    differing: tables.filter((name) => changes.some((change) => change.name.startsWith(`${name} `))),
    changes,
    offload: tables.filter((name) => offloadOf(before, name) !== offloadOf(after, name)),
  };
}

/** What a part of the rule set lacks may be on the node: that the other side has it is no change. */
function isPart({ nft }: Known): boolean {
  return nft?.part === true || [...(nft?.tables.values() ?? [])].some(({ part }) => part === true);
}

function namesIn(tables: ReadonlyMap<string, Texts>): string {
  return JSON.stringify([...tables].map(([name, texts]) => [name, [...texts.keys()].sort()]).sort());
}

function offloadOf({ nft }: Known, name: string): string {
  const table = nft?.tables.get(name);
  return table === undefined ? '' : offloadText(table);
}

/**
 * @param native as {@link compareNativeTables} found it
 * @returns whether packets of a family meet native tables that say the same on both sides, and in the same order
 */
export function changeOfNative(
  states: readonly [State, State],
  family: Family,
  native: NativeComparison | null,
): 'alike' | 'differ' | 'anything' {
  const [own, other] = [states[0].known, states[1].known];
  const acting = [own, other].flatMap((known) => actingTables(known, family));
  const added = [own, other].flatMap((known) => [...tablesWithAdded(known).keys()]);
  if (acting.length === 0 && added.length === 0) return 'alike';
  if (native === null && own.nft !== other.nft) return 'anything';
  const hooks = [own, other].map(({ nftHooks }) => JSON.stringify([...(nftHooks?.[family] ?? [])]));
  if (hooks[0] !== hooks[1]) return 'anything';
  const foreign = family === 'ipv4' ? 'ip6 ' : 'ip ';
  const differing = (native?.differing ?? []).filter((name) => !name.startsWith(foreign));
  const names = new Set(acting.map((table) => tableKey(table.family, table.name)));
  if (differing.length === 0)
    return [...names].some((name) => isReordered(name, own, other)) ? 'differ' : 'alike';
  for (const name of added) names.delete(name);
  return differing.every((name) => names.has(name)) ? 'differ' : 'anything';
}

function isReordered(name: string, own: Known, other: Known): boolean {
  const [one, two] = [own.nft?.tables.get(name), other.nft?.tables.get(name)];
  return one !== undefined && two !== undefined && movedChains(one, two).size > 0;
}

/** Of tables that iptables-save tells only what somebody added with nft: it prints such rules with half of what they ask. */
function nativeTables({ nft, rulesets }: Known, saved: boolean): Map<string, Texts> | null {
  if (nft === null || nft === undefined || nft.cutAt !== null) return null;
  return new Map(
    [...nft.tables].flatMap(([name, table]): [string, Texts][] => {
      const all = [...table.chains.values()];
      const part = saved && isTableOfIptables(table);
      const holds = part
        ? tablesWithAdded({ nft, rulesets }).has(name)
        : all.some(({ rules, base }) => rules.length > 0 || base?.policy === 'drop');
      return holds ? [[name, textsOf(table, part)]] : [];
    }),
  );
}

function changesIn(table: string, own: Texts, other: Texts): StateChange[] {
  return [...new Set([...own.keys(), ...other.keys()])].sort().flatMap((object): StateChange[] => {
    const one = own.get(object) ?? withoutRules(other.get(object));
    const two = other.get(object) ?? withoutRules(own.get(object));
    if (one === undefined || two === undefined || one.head !== two.head)
      return [change(`${table} ${object}`, sizeText(one), sizeText(two))];
    const lost = without(one.lines, two.lines);
    const gained = without(two.lines, one.lines);
    if (lost.length === 0 && gained.length === 0)
      return one.ordered && one.lines.join('\n') !== two.lines.join('\n')
        ? [change(`${table} ${object}`, 'the same rules', 'in another order')]
        : [];
    const most = Math.max(lost.length, gained.length);
    return Array.from({ length: most }, (_, index) =>
      change(`${table} ${object}`, lost[index] ?? null, gained[index] ?? null),
    );
  });
}

/** A chain of iptables to which one side alone has added rules is there on the other side, too. */
function withoutRules(text: ObjectText | undefined): ObjectText | undefined {
  return text?.part === true ? { ...text, lines: [] } : undefined;
}

function change(name: string, before: string | null, after: string | null): StateChange {
  return { kind: 'nftables', name, before, after, matters: true };
}

/** Of two lists, what the first has more of. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

interface ObjectText {
  readonly head: string;
  readonly lines: readonly string[];
  /** Whether the order of the lines says something. */
  readonly ordered: boolean;
  /** True for a chain of iptables, of which only rules of nft are told. */
  readonly part?: true;
}

/** What a table holds, by kind and name. */
type Texts = ReadonlyMap<string, ObjectText>;

const NONE: Texts = new Map();

function sizeText(object: ObjectText | undefined): string | null {
  return object === undefined
    ? null
    : `${object.head}, ${object.lines.length} ${object.ordered ? 'rules' : 'elements'}`;
}

/** @param part only rules of nft, in a table of iptables */
function textsOf(table: NftTable, part: boolean): Texts {
  const texts = new Map<string, ObjectText>();
  for (const chain of table.chains.values()) {
    if (!part) texts.set(`chain ${chain.name}`, chainText(chain, table));
    else if (hasNativeRule(chain.rules)) texts.set(`chain ${chain.name}`, addedText(chain));
  }
  for (const set of table.sets.values()) texts.set(`${set.kind} ${set.name}`, setText(table, set));
  for (const object of table.objects.values())
    texts.set(`${object.kind} ${object.name}`, { head: objectText(object), lines: [], ordered: false });
  for (const flowtable of table.flowtables.values())
    texts.set(`flowtable ${flowtable.name}`, { head: flowtableText(flowtable), lines: [], ordered: false });
  return texts;
}

function chainText(chain: NftChain, { dormant }: NftTable): ObjectText {
  const head = `${chainHead(chain)}${dormant ? ', dormant' : ''}`;
  return { head, lines: rulesOf(chain).map(ruleText), ordered: true };
}

/** Hook, policy and all other rules are told as iptables-save prints them. */
function addedText(chain: NftChain): ObjectText {
  return {
    head: 'chain',
    lines: rulesOf(chain).filter(isNativeRule).map(ruleText),
    ordered: true,
    part: true,
  };
}

function setText(table: NftTable, set: NftSet): ObjectText {
  // What a set holds that rules write to is what packets left there.
  const lines = isMemory(table, set) ? [] : set.elements.map(elementText);
  return { head: setHead(set), lines, ordered: false };
}
