import type { Element, Expression, Verdict } from '../../nftables/expression.ts';
import { type NftRule, type NftTable, rulesOf } from '../../nftables/ruleset.ts';
import type { Reach } from '../rules/reach-bounds.ts';
import type { NativeReach } from './reach.ts';

/**
 * Finds where rules of one table do something to packets at last: drop, reject, translate or mark them. A rule that only
 * leads to a chain does what is done there, so packets for which nothing is done there need not be looked at.
 */
export class Doings {
  readonly #table: NftTable;
  readonly #reach: NativeReach;
  readonly #seen = new Set<string>();

  constructor(table: NftTable, reach: NativeReach) {
    this.#table = table;
    this.#reach = reach;
  }

  /**
   * @param as `differs`: the rule stands on one side alone, so that an end of its chain is something done, too; `below`: in
   * a chain of which every rule is looked at
   * @returns the packets for which it does something, as they are when they come there
   */
  ofRule(rule: NftRule, as: 'differs' | 'below'): readonly Reach[] {
    const last = rule.statements.at(-1);
    if (rule.statements.slice(0, -1).some(({ kind }) => kind !== 'match' && kind !== 'counter'))
      return this.#whole(rule);
    switch (last?.kind) {
      case undefined:
      case 'match':
      case 'counter':
        return [];
      case 'verdict':
        return this.#ofVerdict(last, rule, null, as);
      case 'vmap': {
        const { key } = last;
        const elements = this.#elements(last.data);
        if (elements === null) return this.#whole(rule);
        return elements.flatMap((element) =>
          element.data?.kind === 'verdict'
            ? this.#ofVerdict(element.data, rule, { key, element }, as)
            : this.#whole(rule),
        );
      }
      default:
        return this.#whole(rule);
    }
  }

  #ofVerdict(
    { verdict, chain }: Verdict,
    rule: NftRule,
    found: { readonly key: Expression; readonly element: Element } | null,
    as: 'differs' | 'below',
  ): readonly Reach[] {
    if (verdict === 'continue' || (verdict === 'return' && as === 'below')) return [];
    if ((verdict === 'jump' || verdict === 'goto') && chain !== null) return this.#ofChain(chain);
    const at = rule.statements.length - 1;
    return this.#reach.reachesTo({ table: this.#table, rule, at, found }, 'none');
  }

  #ofChain(name: string): readonly Reach[] {
    if (this.#seen.has(name)) return [];
    this.#seen.add(name);
    const chain = this.#table.chains.get(name);
    if (chain === undefined || chain.cut) return this.#reach.reachesOf(this.#table, name);
    return rulesOf(chain).flatMap((rule) => this.ofRule(rule, 'below'));
  }

  #whole(rule: NftRule): readonly Reach[] {
    return this.#reach.reachesTo(
      { table: this.#table, rule, at: rule.statements.length, found: null },
      'none',
    );
  }

  #elements(data: Expression): readonly Element[] | null {
    if (data.kind === 'set') return data.elements;
    const set = data.kind === 'set-name' ? this.#table.sets.get(data.name) : undefined;
    return set === undefined || set.cut ? null : set.elements;
  }
}
