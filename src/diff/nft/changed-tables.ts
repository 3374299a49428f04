import type { Element } from '../../nftables/expression.ts';
import type { NftChain, NftRule, NftSet, NftTable } from '../../nftables/ruleset.ts';
import type { Reach } from '../rules/reach-bounds.ts';
import type { Space } from '../space/space.ts';
import { isMemory } from './acting-tables.ts';
import { mayFind } from './may-match.ts';
import type { NativeReach } from './reach.ts';
import { indexTable } from './table-index.ts';
import { chainHead, elementText, ruleText, setHead } from './texts.ts';

/** Elements that changed one by one; of more the whole set counts as changed. */
const MOST_ELEMENTS = 500;

/**
 * What packets can fare otherwise because of what native tables of one family say on one side alone. Rules above and below
 * those that differ do the same on both sides.
 * @returns the packets as rules see them; null where it may be any
 */
export function reachesOfChanges(
  before: readonly NftTable[],
  after: readonly NftTable[],
  reach: NativeReach,
  space: Space,
): readonly Reach[] | null {
  const names = new Set([...before, ...after].map(nameOf));
  const found: Reach[] = [];
  for (const name of names) {
    const [own, other] = [before, after].map((tables) => tables.find((table) => nameOf(table) === name));
    const reaches = changesIn(own, other, reach, space);
    if (reaches === null) return null;
    found.push(...reaches);
  }
  return found;
}

function nameOf({ family, name }: NftTable): string {
  return `${family} ${name}`;
}

function changesIn(
  own: NftTable | undefined,
  other: NftTable | undefined,
  reach: NativeReach,
  space: Space,
): readonly Reach[] | null {
  if (own !== undefined && other !== undefined && !sameObjects(own, other)) return null;
  const chains = new Set([...(own?.chains.keys() ?? []), ...(other?.chains.keys() ?? [])]);
  const found: Reach[] = [];
  for (const name of chains) found.push(...changesOfChain(own, other, name, reach));
  const sets = new Set([...(own?.sets.keys() ?? []), ...(other?.sets.keys() ?? [])]);
  for (const name of sets) found.push(...changesOfSet([own, other], name, reach, space));
  return found;
}

/** Quotas and limits that rules name. */
function sameObjects(own: NftTable, other: NftTable): boolean {
  const [one, two] = [own, other].map(({ objects }) =>
    [...objects].map(([name, { over, values }]) => {
      const { used: _, packets: __, bytes, ...told } = values;
      return JSON.stringify([name, over, told, name.startsWith('counter ') ? null : bytes]);
    }),
  );
  return one?.sort().join() === two?.sort().join();
}

/** A chain that one side lacks is led to by a rule or an element that differs. */
function changesOfChain(
  own: NftTable | undefined,
  other: NftTable | undefined,
  name: string,
  reach: NativeReach,
): Reach[] {
  const [one, two] = [own?.chains.get(name), other?.chains.get(name)];
  const sides = [
    { table: own, chain: one },
    { table: other, chain: two },
  ].flatMap(({ table, chain }) => (table === undefined || chain === undefined ? [] : [{ table, chain }]));
  if (one === undefined || two === undefined) {
    const [only] = sides;
    if (only === undefined || only.chain.base === null) return [];
    if (only.chain.base.policy === 'drop' || only.chain.cut) return [...reach.reachesOf(only.table, name)];
    return rulesOf(only.chain).flatMap((rule) => reachesOfRule(only.table, rule, reach));
  }
  if (chainHead(one) !== chainHead(two)) return sides.flatMap(({ table }) => [...reach.reachesOf(table, name)]);
  const [first, last] = [commonStart(one, two), commonEnd(one, two)];
  return sides.flatMap(({ table, chain }) =>
    rulesOf(chain)
      .slice(first, Math.max(first, chain.rules.length - last))
      .flatMap((rule) => reachesOfRule(table, rule, reach)),
  );
}

function rulesOf({ rules }: NftChain): NftRule[] {
  return Array.from({ length: rules.length }, (_, index) => rules.at(index));
}

function reachesOfRule(table: NftTable, rule: NftRule, reach: NativeReach): readonly Reach[] {
  return reach.reachesTo({ table, rule, at: rule.statements.length, found: null }, 'none');
}

function commonStart(one: NftChain, two: NftChain): number {
  const most = Math.min(one.rules.length, two.rules.length);
  let count = 0;
  while (count < most && ruleText(one.rules.at(count)) === ruleText(two.rules.at(count))) count++;
  return count;
}

/** Of what the start leaves. */
function commonEnd(one: NftChain, two: NftChain): number {
  const most = Math.min(one.rules.length, two.rules.length) - commonStart(one, two);
  let count = 0;
  while (
    count < most &&
    ruleText(one.rules.at(one.rules.length - 1 - count)) === ruleText(two.rules.at(two.rules.length - 1 - count))
  )
    count++;
  return count;
}

/** Rules that ask the set, on either side, and of these what finds an element that one side alone has. */
function changesOfSet(
  sides: readonly (NftTable | undefined)[],
  name: string,
  reach: NativeReach,
  space: Space,
): Reach[] {
  const [one, two] = sides.map((table) => table?.sets.get(name));
  const changed = changedElements(one, two);
  if (changed !== null && changed.length === 0) return [];
  const found: Reach[] = [];
  for (const table of sides) {
    for (const place of table === undefined ? [] : (indexTable(table).lookUps.get(name) ?? [])) {
      const reaches = reach.reachesTo(place, 'none');
      if (changed === null) found.push(...reaches);
      else
        for (const each of reaches)
          found.push(...changed.flatMap((element) => mayFind(place.key, element, each, space) ?? []));
    }
  }
  return found;
}

/** Null where the sets differ in more than elements. */
function changedElements(one: NftSet | undefined, two: NftSet | undefined): readonly Element[] | null {
  if (one === undefined || two === undefined) return null;
  if (setHead(one) !== setHead(two) || one.cut || two.cut) return null;
  if (isMemory(one)) return [];
  const [own, other] = [one, two].map(({ elements }) => new Map(elements.map((each) => [elementText(each), each])));
  if (own === undefined || other === undefined) return null;
  const changed = [
    ...[...own].filter(([text]) => !other.has(text)),
    ...[...other].filter(([text]) => !own.has(text)),
  ].map(([, element]) => element);
  return changed.length > MOST_ELEMENTS || changed.some(({ key }) => key === null) ? null : changed;
}
