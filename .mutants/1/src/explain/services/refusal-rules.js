import { formatAddress } from '../../net/address.js';
import { CHAINS } from '../../proxy/chains.js';
import { printedDestination } from './entry-rules.js';
import { factsOf } from './rule-facts.js';
/** Chains of the filter table in which kube-proxy refuses. */
export const REFUSAL_CHAINS = [
    CHAINS.services,
    CHAINS.externalServices,
    CHAINS.nodePorts,
    CHAINS.proxyFirewall,
];
/**
 * Reads the rules that refuse: REJECT where a Service port has no endpoints, DROP where only this node has none
 * (`has no local endpoints`), and DROP of what FW did not accept.
 * @param table the filter table
 */
export function readRefusals(table) {
    return REFUSAL_CHAINS.flatMap((chain) => readChain(table, chain));
}
function readChain(table, chain) {
    const rules = table.chains.get(chain)?.rules;
    const found = [];
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
        const target = rules.targetName(index);
        if (target !== 'REJECT' && target !== 'DROP')
            continue;
        const rule = rules.at(index);
        const facts = factsOf(rule);
        const address = facts.destination === null ? null : formatAddress(facts.destination);
        const printed = printedDestination(facts, address);
        if (facts.port === null && printed === null)
            continue;
        found.push({
            chain,
            action: target === 'DROP' ? 'drop' : 'reject',
            address,
            port: facts.port,
            nodePort: address === null &&
                facts.lost.destination === null &&
                (facts.destinationLocal || chain === CHAINS.nodePorts),
            protocol: facts.protocol,
            comment: facts.comment,
            printed,
            file: rule.file,
            line: rule.line,
        });
    }
    return found;
}
