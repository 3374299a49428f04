import type { HookName } from '../../iptables/ruleset.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { Intervals } from '../../net/intervals.ts';
import { type NftChain, type NftTable, tableKey } from '../../nftables/ruleset.ts';
import { patternOf } from '../../trace/nft/constants.ts';
import { ReachBook } from '../rules/reach-book.ts';
import type { Reach } from '../rules/reach-bounds.ts';
import { reachesOfHook } from '../rules/rule-box.ts';
import type { Box } from '../space/box.ts';
import type { Space } from '../space/space.ts';
import { bits, everything } from '../space/universe.ts';
import { mayFind, mayPass } from './may-match.ts';
import { indexTable, type Place, type Rewriting } from './table-index.ts';

/** Chains that more ways lead to are taken to be reached by every packet. */
const MOST_WAYS = 400;

/**
 * Finds which packets can come to a chain of native nft tables, from the rules and elements that lead there on either side.
 * Never fewer packets than really come there.
 */
export class NativeReach {
  readonly #space: Space;
  readonly #tables: ReadonlyMap<string, readonly NftTable[]>;
  readonly #reaches = new ReachBook(MOST_WAYS);

  /** @param tables of both sides, that packets of one family meet. */
  constructor(space: Space, tables: readonly NftTable[]) {
    this.#space = space;
    const named = new Map<string, NftTable[]>();
    for (const table of new Set(tables)) {
      const key = tableKey(table.family, table.name);
      named.set(key, [...(named.get(key) ?? []), table]);
    }
    this.#tables = named;
  }

  /** @returns what can come to a chain, on either side. */
  reachesOf(table: NftTable, chain: string): readonly Reach[] {
    return this.#reachesOf(tableKey(table.family, table.name), chain);
  }

  #reachesOf(table: string, chain: string): readonly Reach[] {
    return this.#reaches.of(
      `${table} ${chain}`,
      () => this.#climb(table, chain),
      () => [anything(this.#space)],
    );
  }

  /**
   * @param effects what stands behind something that a rule does counts too
   * @returns what comes as far as a statement of a rule, and finds its element.
   */
  reachesTo(place: Place, effects: 'any' | 'none'): readonly Reach[] {
    return this.reachesOf(place.table, place.rule.chain).flatMap(
      (reach) => this.#through(reach, place, effects) ?? [],
    );
  }

  /** @returns every packet that native NAT may send on to such a destination; null where that may be any. */
  rewrittenTo(destination: Intervals, port: Intervals): readonly Box[] | null {
    const found: Box[] = [];
    for (const table of this.#all())
      for (const rewriting of indexTable(table).rewrites) {
        if (!this.#mayWrite(rewriting, destination, port)) continue;
        for (const { box, late } of this.reachesTo(rewriting.place, 'any')) {
          if (late !== null) return null;
          found.push(box);
        }
        if (found.length > MOST_WAYS) return null;
      }
    return found;
  }

  #all(): readonly NftTable[] {
    return [...this.#tables.values()].flat();
  }

  #mayWrite({ address, port }: Rewriting, destination: Intervals, ports: Intervals): boolean {
    const to = address === null ? null : patternOf(address, this.#space.universe.family);
    if (to?.kind === 'range' && Intervals.range(to.from, to.to).and(destination).isEmpty) return false;
    const on = port === null ? null : patternOf(port, 'port');
    return on?.kind !== 'range' || !Intervals.range(on.from, on.to).and(ports).isEmpty;
  }

  *#climb(name: string, chain: string): Generator<Reach> {
    for (const table of this.#tables.get(name) ?? []) {
      const own = table.chains.get(chain);
      if (own?.base != null) yield* reachesOfBase(own, this.#space);
      for (const place of indexTable(table).references.get(chain) ?? [])
        for (const reach of this.#reachesOf(name, place.rule.chain)) {
          const through = this.#through(reach, place, 'any');
          if (through !== null) yield through;
        }
    }
  }

  #through(start: Reach, { table, rule, at, found }: Place, effects: 'any' | 'none'): Reach | null {
    let reach: Reach | null = start;
    for (const statement of rule.statements.slice(0, at)) {
      if (reach === null) return null;
      if (statement.kind === 'match') reach = mayPass(statement, table, reach, this.#space);
      else if (effects === 'none' && statement.kind !== 'counter') return reach;
    }
    return reach === null || found === null ? reach : mayFind(found.key, found.element, reach, this.#space);
  }
}

/** @returns a reach of which nothing is known. */
function anything({ universe }: Space): Reach {
  const box = everything(universe);
  const late = { destination: box.destination, port: box.destinationPort };
  return { box, hook: 'POSTROUTING', ownSource: false, late };
}

const HOOKS = dictionary<HookName>({
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
});

/** @returns what can come to a base chain, as far as its hook and priority tell. */
function reachesOfBase({ family, base }: NftChain, space: Space): readonly Reach[] {
  const hook = HOOKS[base?.hook ?? ''];
  if (base === null || base.priority === null || hook === undefined || !/^(?:ip6?|inet)$/.test(family))
    return [anything(space)];
  if (base.type === 'nat') return reachesOfHook('nat', hook, space);
  const { universe } = space;
  // NAT has its turn at -100, and at 100 for the source.
  const late = base.priority >= -100;
  const translated = base.priority >= 100 && (hook === 'INPUT' || hook === 'POSTROUTING');
  const reaches = reachesOfHook(late ? 'filter' : 'raw', hook, space).filter(
    (reach) => hook !== 'PREROUTING' || !late || reach.late !== null,
  );
  const all = everything(universe);
  const seen = { destination: all.destination, port: all.destinationPort };
  const inside = bits(universe.doors, ({ kind }) => kind === 'in');
  const behindNat: Reach[] =
    hook === 'PREROUTING' && late && inside !== 0n
      ? [{ box: { ...all, doors: inside }, hook, ownSource: true, late: seen }]
      : [];
  return [...reaches, ...behindNat].map((reach) => (translated ? { ...reach, ownSource: false } : reach));
}
