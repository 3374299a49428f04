import { printExpression } from '../../../nftables/print/print-expression.js';
import { parseNftName } from '../../../proxy/nft-names.js';
import { rulesOf } from './choices.js';
/**
 * @param own load balancer addresses of the Service: kube-proxy lets a packet from such an address pass when the node itself
 *   is in a range, because the node may own the address; that is no range of the Service
 * @returns what the `firewall-` chains among these let through, as prefixes
 */
export function nftSourceRanges(table, chains, own) {
    const ranges = [];
    for (const name of chains) {
        const chain = parseNftName(name)?.prefix === 'firewall' ? table.chains.get(name) : undefined;
        for (const { statements } of chain === undefined ? [] : rulesOf(chain)) {
            for (const statement of statements) {
                if (statement.kind !== 'match' || statement.operator !== '!=' || !isSource(statement.left))
                    continue;
                for (const text of rangesIn(statement.right))
                    if (!own.has(text))
                        ranges.push(asPrefix(text));
            }
        }
    }
    return ranges;
}
function isSource(field) {
    return field.kind === 'payload' && field.field === 'saddr';
}
function rangesIn(value) {
    if (value.kind !== 'set')
        return [printExpression(value)];
    return value.elements.flatMap(({ key }) => (key === null ? [] : [printExpression(key)]));
}
function asPrefix(text) {
    if (text.includes('/') || text.includes('-'))
        return text;
    return `${text}/${text.includes(':') ? 128 : 32}`;
}
