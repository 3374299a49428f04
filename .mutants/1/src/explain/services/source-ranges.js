import { formatPrefix } from '../../net/prefix.js';
import { hasRole } from '../../proxy/chains.js';
import { factsOf } from './rule-facts.js';
/**
 * @param table the nat table
 * @param chain an FW chain
 * @param ownAddresses the Service's load balancer addresses: kube-proxy lets a packet from such an address pass when the
 *   node itself is in a range, because the node may own the address; that is no range of the Service. Names that a listing
 *   printed for them count too
 */
export function readFirewall(table, chain, ownAddresses) {
    const rules = table.chains.get(chain)?.rules;
    const ranges = [];
    const printed = new Set();
    let open = false;
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
        const target = rules.targetName(index);
        if (target === null || hasRole(target, 'mark-masquerade', 'mark-drop'))
            continue;
        const facts = factsOf(rules.at(index));
        if (!facts.conditional)
            open = true;
        if (facts.lost.source !== null && !ownAddresses.has(facts.lost.source))
            printed.add(facts.lost.source);
        if (facts.source === null)
            continue;
        const range = formatPrefix(facts.source);
        const address = range.replace(/\/(32|128)$/, '');
        if (address !== range && ownAddresses.has(address))
            continue;
        if (!ranges.includes(range))
            ranges.push(range);
    }
    return { ranges, open, printed: [...printed] };
}
