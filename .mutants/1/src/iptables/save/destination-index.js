import { parseAddress } from '../../net/address.js';
/**
 * Answers which rules of a long chain can match a destination, by the address each names in a plain `-d A/32`.
 * Built once by reading a few bytes per rule; a kube-proxy node may have 40,000 rules in one chain.
 */
export class DestinationIndex {
    /** Rules by address value, ascending. */
    #named = new Map();
    /** Rules that name no single destination: candidates for every packet. */
    #others = [];
    #family;
    /**
     * @param length number of rules.
     * @param plainDestination the address that a rule names, as text; null where it names none or in another way.
     */
    constructor(family, length, plainDestination) {
        this.#family = family;
        const byText = new Map();
        for (let index = 0; index < length; index++) {
            const text = plainDestination(index);
            let rules = text === null ? this.#others : byText.get(text);
            if (rules === undefined) {
                rules = this.#rulesOf(parseAddress(text ?? ''));
                byText.set(text ?? '', rules);
            }
            rules.push(index);
        }
    }
    /** @returns the candidates, ascending. */
    *towards(destination) {
        const sameFamily = destination.family === this.#family;
        const named = (sameFamily ? this.#named.get(destination.value) : undefined) ?? [];
        let next = 0;
        for (const other of this.#others) {
            for (let rule = named[next]; rule !== undefined && rule < other; rule = named[++next])
                yield rule;
            yield other;
        }
        for (let rule = named[next]; rule !== undefined; rule = named[++next])
            yield rule;
    }
    /** Two spellings of one address share a list; what is no address here is a candidate for every packet. */
    #rulesOf(address) {
        if (address?.family !== this.#family)
            return this.#others;
        let rules = this.#named.get(address.value);
        if (rules === undefined) {
            rules = [];
            this.#named.set(address.value, rules);
        }
        return rules;
    }
}
