import { ADDRESS_BITS, formatAddress } from '../../net/address.js';
import { maskOfLength } from '../../net/prefix.js';
import { CHAINS } from '../../proxy/chains.js';
import { factsOf } from './rule-facts.js';
const MISSING = { target: null, hairpin: null, protocol: null, passes: false };
/** @returns what the chain says; a chain that the dump does not hold says nothing. */
export function readEndpointChain(table, chain, family) {
    const rules = table.chains.get(chain)?.rules;
    if (rules === undefined)
        return MISSING;
    for (let index = 0; index < rules.length; index++) {
        if (rules.targetName(index) !== 'DNAT')
            continue;
        const rule = rules.at(index);
        const target = translationOf(rule.target, family);
        // Only where it is needed: a large node has 100,000 rules of this kind.
        const hairpin = target === null ? hairpinOf(table, chain, family) : null;
        return { target, hairpin, protocol: factsOf(rule).protocol, passes: false };
    }
    return { target: null, hairpin: hairpinOf(table, chain, family), protocol: null, passes: true };
}
/** @returns where a DNAT target sends packets, or null where it keeps the address or an old tool printed it unreadably. */
export function translationOf(target, family) {
    if (target?.kind !== 'dnat' || target.to?.from == null)
        return null;
    const { from, ports } = target.to;
    return {
        address: formatAddress({ family, value: from }),
        port: ports !== null && ports.from === ports.to ? ports.from : null,
    };
}
function hairpinOf(table, chain, family) {
    const rules = table.chains.get(chain)?.rules;
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
        if (rules.targetName(index) !== CHAINS.markMasquerade)
            continue;
        const { source } = factsOf(rules.at(index));
        if (source !== null && source.mask === maskOfLength(family, ADDRESS_BITS[family]))
            return formatAddress(source);
    }
    return null;
}
