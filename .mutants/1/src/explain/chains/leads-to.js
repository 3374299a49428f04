import { socketText } from '../../net/socket.js';
import { translationOf } from '../services/endpoint-chain.js';
/**
 * @param table the chain's table
 * @param chain where to start
 * @returns the chains that a packet in this chain can come to, nearest first, then the addresses that DNAT rules on the way
 *   send packets to (`10.244.1.11:8080`, `[fd00::1]:8080`), each once. Conditions of rules are not looked at. Linear in the
 *   rules that are reached; only DNAT rules are parsed.
 */
export function leadsTo(ruleset, table, chain) {
    const seen = new Set([chain]);
    const addresses = new Set();
    for (const name of seen) {
        const rules = table.chains.get(name)?.rules;
        for (let index = 0; rules !== undefined && index < rules.length; index++) {
            const target = rules.targetName(index);
            if (target === null)
                continue;
            if (table.chains.has(target))
                seen.add(target);
            if (target !== 'DNAT')
                continue;
            const to = translationOf(rules.at(index).target, ruleset.family);
            if (to !== null)
                addresses.add(socketText(to.address, to.port));
        }
    }
    seen.delete(chain);
    return [...seen, ...addresses];
}
