import { formatAddress } from '../../net/address.js';
import { splitChainName } from '../../proxy/chain-name.js';
import { CHAINS } from '../../proxy/chains.js';
import { addressKindIn } from '../../proxy/comments.js';
import { factsOf } from './rule-facts.js';
/**
 * Reads the entries of nat CHAINS.services: one rule for each address and port of a Service. Rules that only mark for
 * masquerading are passed over (up to 1.20 they stand here, and external IPs have two jumps each).
 * @param table the nat table
 * @param isWanted asked with the hash of a Service port: whether its entries are read
 */
export function readServiceEntries(table, isWanted) {
    return readEntries(table, CHAINS.services, isWanted, (facts, chain) => {
        const { destination, lost } = facts;
        if (destination === null && lost.destination === null)
            return null;
        return {
            address: destination === null ? null : formatAddress(destination),
            kind: kindOf(facts, chain),
        };
    });
}
/** Reads the entries of nat CHAINS.nodePorts: up to two rules for each node port, in recent releases the first for localhost alone. */
export function readNodePortEntries(table, isWanted) {
    return readEntries(table, CHAINS.nodePorts, isWanted, () => ({ address: null, kind: 'nodePort' }));
}
function readEntries(table, chain, isWanted, where) {
    const rules = table.chains.get(chain)?.rules;
    const entries = [];
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
        const target = rules.targetName(index);
        const name = target === null ? null : splitChainName(target);
        if (target === null || name === null || name.prefix === 'SEP' || !isWanted(name.hash))
            continue;
        const facts = factsOf(rules.at(index));
        const { port, protocol, comment } = facts;
        const place = where(facts, target);
        const printed = printedDestination(facts, place?.address ?? null);
        if (place === null || protocol === null || (port === null && printed === null))
            continue;
        entries.push({ suffix: name.hash, chain: target, ...place, port, protocol, comment, printed });
    }
    return entries;
}
/** @returns `db.example.com:80`, `10.43.0.1:frobnicate`; null where nothing of the destination is lost. */
export function printedDestination({ lost, port }, address) {
    if (lost.destination === null && lost.port === null)
        return null;
    const host = lost.destination ?? address;
    const number = lost.port ?? port;
    if (host === null)
        return `port ${number}`;
    return number === null ? host : `${host}:${number}`;
}
/** The comment's last words say it; CHAINS.services keeps its comments even in large-cluster mode. Without one, the shape does. */
function kindOf(facts, chain) {
    const kind = addressKindIn(facts.comment);
    if (kind !== null)
        return kind;
    switch (splitChainName(chain)?.prefix) {
        case 'FW':
            return 'loadBalancerIP';
        case 'EXT':
        case 'XLB':
            return 'external';
        default:
            return facts.physdev || facts.destinationLocal ? 'externalIP' : 'clusterIP';
    }
}
