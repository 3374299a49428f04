import { lowered } from '../../rules/lowered-rule.js';
import { traitsOf, traitsOfEffect } from '../../rules/traits.js';
import { takeMentions } from '../fields/field-table.js';
/** What rules mention that a packet can have. Of rules that are spelt alike and mention nothing, only the first is parsed. */
export class Survey {
    protocols = new Set();
    devices = new Set();
    /** Names of ipsets that rules ask. */
    sets = new Set();
    /** Matches whose answer no capture holds, and how many rules ask each. */
    unknown = new Map();
    /** Packets that no trace stands for, and the first rule that asks for them. */
    notFollowed = new Map();
    /** Shapes of rules that mention nothing that is not in the shape. */
    #plain = new Set();
    /** Takes in one rule of a list, given its text. */
    rule(rules, index, text) {
        const shape = shapeOf(text);
        if (shape !== null && this.#plain.has(shape))
            return;
        if (!this.#parsed(rules.at(index)) && shape !== null)
            this.#plain.add(shape);
    }
    /** @returns whether another rule of this shape may mention something else. */
    #parsed(rule) {
        const { tests, effect } = lowered(rule);
        let more = false;
        for (const test of tests) {
            if (takeMentions(test, this))
                more = true;
            if (this.#beyond(traitsOf(test).beyond, rule))
                more = true;
        }
        // `SET --map-set` gives the packet what the set holds beside its address.
        if (effect?.kind === 'change-sets' && effect.maps !== null) {
            this.sets.add(effect.maps.set);
            more = true;
        }
        const beyond = effect === null ? null : traitsOfEffect(effect).beyond;
        return this.#beyond(beyond, rule) || more;
    }
    #beyond(beyond, rule) {
        if (beyond !== null && !this.notFollowed.has(beyond))
            this.notFollowed.set(beyond, rule);
        return beyond !== null;
    }
}
/**
 * @returns the options of a rule in their order, without their values: rules of one shape ask the same fields. A comment that
 * looks like options makes a shape of its own, which costs no more than one rule parsed. Null for the row of a listing.
 */
function shapeOf(text) {
    if (!text.startsWith('-A '))
        return null;
    let shape = '';
    for (let at = text.indexOf(' -'); at >= 0;) {
        let end = text.indexOf(' ', at + 2);
        if (end === at + 3 && isNamed(text.charCodeAt(at + 2)))
            end = text.indexOf(' ', end + 1);
        if (end < 0)
            return shape + text.slice(at);
        shape += text.slice(at, end);
        at = text.indexOf(' -', end);
    }
    return shape;
}
/** `-m` and `-p`: options of which the value is part of the shape. */
function isNamed(letter) {
    return letter === 0x6d || letter === 0x70;
}
/** @returns every rule of a ruleset, with its text. */
export function* rulesOf(ruleset) {
    for (const table of ruleset.tables.values())
        for (const { rules } of table.chains.values())
            for (let index = 0; index < rules.length; index++)
                yield { rules, index };
}
