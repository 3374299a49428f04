import type { OpaqueModule } from '../../iptables/match.ts';
import type { Rule, RuleList, Ruleset } from '../../iptables/ruleset.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import { type Beyond, traitsOf, traitsOfEffect } from '../../rules/traits.ts';
import type { Mentions } from '../fields/box-field.ts';
import { takeMentions } from '../fields/field-table.ts';
import { RuleShapes } from './rule-shapes.ts';

/** What rules mention that a packet can have. Of rules that are spelt alike and mention nothing, only the first is parsed. */
export class Survey implements Mentions {
  readonly protocols = new Set<number>();
  readonly devices = new Set<string>();
  /** Names of ipsets that rules ask. */
  readonly sets = new Set<string>();
  /** Matches whose answer no capture holds, and how many rules ask each. */
  readonly unknown = new Map<OpaqueModule | 'unrecognised', number>();
  /** Packets that no trace stands for, and the first rule that asks for them. */
  readonly notFollowed = new Map<Beyond, Rule>();
  /** Of rules that mention nothing that is not in the shape. */
  readonly #plain = new RuleShapes();

  /** Takes in one rule of a list, given its text. */
  rule(rules: RuleList, index: number, text: string): void {
    const line = Buffer.from(text);
    if (this.knows(line, 0)) return;
    if (!this.#parsed(rules.at(index))) this.#plain.add(line, 0);
  }

  /** @returns true where the rule whose line starts here mentions nothing new. */
  knows(bytes: Buffer, start: number): boolean {
    return this.#plain.has(bytes, start);
  }

  /** @returns whether another rule of this shape may mention something else. */
  #parsed(rule: Rule): boolean {
    const { tests, effect } = lowered(rule);
    let more = false;
    for (const test of tests) {
      if (takeMentions(test, this)) more = true;
      if (this.#beyond(traitsOf(test).beyond, rule)) more = true;
    }
    // `SET --map-set` gives the packet what the set holds beside its address.
    if (effect?.kind === 'change-sets' && effect.maps !== null) {
      this.sets.add(effect.maps.set);
      more = true;
    }
    const beyond = effect === null ? null : traitsOfEffect(effect).beyond;
    return this.#beyond(beyond, rule) || more;
  }

  #beyond(beyond: Beyond | null, rule: Rule): boolean {
    if (beyond !== null && !this.notFollowed.has(beyond)) this.notFollowed.set(beyond, rule);
    return beyond !== null;
  }
}

/** @returns every rule of a ruleset, with its text. */
export function* rulesOf(ruleset: Ruleset): Generator<{ rules: RuleList; index: number }> {
  for (const table of ruleset.tables.values())
    for (const { rules } of table.chains.values())
      for (let index = 0; index < rules.length; index++) yield { rules, index };
}
