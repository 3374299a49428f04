import { splitChainName } from '../proxy/chain-name.js';
import { chainName, KUBE } from '../proxy/chains.js';
import { identifierIn, isCommonName, ownerOf } from '../proxy/owners.js';
import { letters } from './letters.js';
/**
 * Gives chains their new names. What stands for a Service is told from outside, by the hash of the new names; everything
 * else gets an identifier of the same form, so that who made it can still be told.
 */
export class ChainAliases {
    #key;
    #renamed = new Map();
    constructor(key) {
        this.#key = key;
    }
    /** Says what a chain's new name is. The first word counts. */
    set(chain, renamed) {
        if (!this.#renamed.has(chain))
            this.#renamed.set(chain, renamed);
    }
    /** @returns true where the new name is settled: common, or set. */
    has(chain) {
        return this.#renamed.has(chain) || isCommonName(chain);
    }
    /** @returns the new name; at most 28 characters, as iptables allows. */
    rename(chain) {
        if (isCommonName(chain))
            return chain;
        const known = this.#renamed.get(chain);
        if (known !== undefined)
            return known;
        const made = this.#make(chain);
        this.#renamed.set(chain, made);
        return made;
    }
    #make(chain) {
        const seed = `${this.#key} chain ${chain}`;
        const parts = splitChainName(chain);
        if (parts !== null)
            return chainName(parts.prefix, letters(seed, 16, 'base32'));
        const spelt = identifierIn(chain);
        if (spelt !== null)
            return spelt.head + letters(seed, spelt.length, spelt.alphabet);
        const head = ownerOf(chain) === 'kube-proxy' ? `${KUBE}X-` : 'CHAIN-';
        return head + letters(seed, 12, 'base32');
    }
}
