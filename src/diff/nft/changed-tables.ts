import type { Element } from '../../nftables/expression.ts';
import { type NftRule, type NftSet, type NftTable, rulesOf, tableKey } from '../../nftables/ruleset.ts';
import type { Reach } from '../rules/reach-bounds.ts';
import type { Space } from '../space/space.ts';
import { isMemory } from './acting-tables.ts';
import { movedChains } from './chain-order.ts';
import { Doings } from './doings.ts';
import { mayFind } from './may-match.ts';
import type { NativeReach } from './reach.ts';
import { indexTable } from './table-index.ts';
import { chainHead, elementText, flowtableText, objectText, ruleText, setHead } from './texts.ts';

const NONE: ReadonlySet<string> = new Set();

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
  const names = new Set([...before, ...after].map(({ family, name }) => tableKey(family, name)));
  const found: Reach[] = [];
  for (const name of names) {
    const [own, other] = [before, after].map((tables) =>
      tables.find((table) => tableKey(table.family, table.name) === name),
    );
    const reaches = changesIn(own, other, reach, space);
    if (reaches === null) return null;
    found.push(...reaches);
  }
  return found;
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
  const moved = own === undefined || other === undefined ? NONE : movedChains(own, other);
  for (const name of chains) found.push(...changesOfChain([own, other], name, moved.has(name), reach));
  const sets = new Set([...(own?.sets.keys() ?? []), ...(other?.sets.keys() ?? [])]);
  for (const name of sets) found.push(...changesOfSet([own, other], name, reach, space));
  return found;
}

/** Quotas, limits and flowtables that rules name. */
function sameObjects(own: NftTable, other: NftTable): boolean {
  const [one, two] = [own, other].map(({ objects, flowtables }) => [
    ...[...objects.values()].map(objectText),
    ...[...flowtables.values()].map(flowtableText),
  ]);
  return one?.sort().join() === two?.sort().join();
}

/** A chain that one side lacks is led to by a rule or an element that differs. */
function changesOfChain(
  tables: readonly (NftTable | undefined)[],
  name: string,
  isMoved: boolean,
  reach: NativeReach,
): readonly Reach[] {
  const sides = tables.flatMap((table) => {
    const chain = table?.chains.get(name);
    return table === undefined || chain === undefined ? [] : [{ table, chain, rules: rulesOf(chain) }];
  });
  const [one, two] = sides;
  if (one === undefined || (two === undefined && one.chain.base === null)) return [];
  const heads = new Set(sides.map(({ chain }) => chainHead(chain)));
  const isWhole = two === undefined || heads.size > 1;
  if (isWhole && sides.some(({ chain }) => chain.cut || chain.base?.policy === 'drop'))
    return sides.flatMap(({ table }) => reach.reachesOf(table, name));
  const { first, last } =
    two === undefined || isWhole || isMoved ? { first: 0, last: 0 } : commonEnds(one.rules, two.rules);
  const differing = sides.flatMap(({ rules }) => rules.slice(first, Math.max(first, rules.length - last)));
  // What is gone to does not come back to the rules below.
  const below = differing.some(leavesChain) ? 0 : last;
  return sides.flatMap(({ table, rules }) => {
    const doing = new Doings(table, reach);
    return rules
      .slice(first, Math.max(first, rules.length - below))
      .flatMap((rule) => doing.ofRule(rule, 'differs'));
  });
}

/** @returns how many rules are the same from the first on, and of the others from the last back. */
function commonEnds(
  one: readonly NftRule[],
  two: readonly NftRule[],
): { readonly first: number; readonly last: number } {
  const most = Math.min(one.length, two.length);
  const same = (a: NftRule | undefined, b: NftRule | undefined): boolean =>
    a !== undefined && b !== undefined && ruleText(a) === ruleText(b);
  let first = 0;
  while (first < most && same(one[first], two[first])) first++;
  let last = 0;
  while (last < most - first && same(one.at(-1 - last), two.at(-1 - last))) last++;
  return { first, last };
}

function leavesChain({ statements }: NftRule): boolean {
  return statements.some(
    (statement) =>
      statement.kind === 'vmap' || (statement.kind === 'verdict' && statement.verdict === 'goto'),
  );
}

/** Rules that ask the set, on either side, and of these what finds an element that one side alone has. */
function changesOfSet(
  sides: readonly (NftTable | undefined)[],
  name: string,
  reach: NativeReach,
  space: Space,
): Reach[] {
  const [one, two] = sides.map((table) => table?.sets.get(name));
  const changed = changedElements(one, two, sides);
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
function changedElements(
  one: NftSet | undefined,
  two: NftSet | undefined,
  [own, other]: readonly (NftTable | undefined)[],
): readonly Element[] | null {
  if (one === undefined || two === undefined) return null;
  if (setHead(one) !== setHead(two) || one.cut || two.cut) return null;
  if (own === undefined || other === undefined) return null;
  const memory = [isMemory(own, one), isMemory(other, two)];
  if (memory[0] !== memory[1]) return null;
  if (memory[0] === true) return [];
  const [first, second] = [one, two].map(
    ({ elements }) => new Map(elements.map((each) => [elementText(each), each])),
  );
  if (first === undefined || second === undefined) return null;
  const changed = [
    ...[...first].filter(([text]) => !second.has(text)),
    ...[...second].filter(([text]) => !first.has(text)),
  ].map(([, element]) => element);
  return changed.length > MOST_ELEMENTS || changed.some(({ key }) => key === null) ? null : changed;
}
