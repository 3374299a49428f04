import { rulesOf } from '../../../explain/services/nft/choices.js';
import { kubeProxyTables } from '../../../explain/services/nft/kube-proxy-tables.js';
import { marks } from '../../../explain/services/nft/marks.js';
import { wordOf } from '../../../explain/services/nft/verdict-maps.js';
import { parseAddress, sameAddress } from '../../../net/address.js';
import { parsePrefix } from '../../../net/prefix.js';
import { isChooser } from '../../../proxy/nft-names.js';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.js';
/** As many chains as it takes to know. */
const SAMPLE = 200;
/**
 * Reads how kube-proxy's table tells pods from others, as it was told: by the rule that marks what goes to cluster IPs, since
 * 1.36 in `services`, before in the chain of each Service.
 * @returns null where the table of the family was not captured
 */
export function detectInNft(known, family) {
    const table = kubeProxyTables(known).find((each) => each.family === family)?.table;
    if (table === undefined)
        return null;
    const marks = clusterIpMarks(table);
    const networks = new Map();
    let [some, all] = [0, 0];
    for (const rule of marks) {
        const exception = rule.statements.find(isException);
        if (exception === undefined)
            all++;
        else
            some++;
        if (exception?.kind !== 'match' || exception.right.kind !== 'prefix')
            continue;
        const prefix = parsePrefix(`${exception.right.address}/${exception.right.length}`);
        if (prefix !== null)
            networks.set(`${prefix.value}`, { prefix, rule: { ...rule, counters: null } });
    }
    return {
        kind: some === 0 && all === 0 ? 'none' : some >= all ? 'some' : 'all',
        networks: [...networks.values()],
    };
}
/** `ip saddr != …` or `iifname != …`. */
function isException(statement) {
    if (statement.kind !== 'match' || statement.operator !== '!=')
        return false;
    const { left } = statement;
    return ((left.kind === 'payload' && left.field === 'saddr') ||
        (left.kind === 'meta' && left.key.startsWith('iif')));
}
function clusterIpMarks(table) {
    const entry = table.chains.get(NFT_OBJECTS.services);
    const found = entry === undefined ? [] : [...rulesOf(entry)].filter(marks);
    if (found.length > 0)
        return found;
    let looked = 0;
    for (const chain of table.chains.values()) {
        if (chain.rules.length === 0 || !isChooser(chain.name))
            continue;
        looked += 1;
        if (looked > SAMPLE)
            break;
        const first = chain.rules.at(0);
        if (marks(first) && first.statements.some(asksForDestination))
            found.push(first);
    }
    return found;
}
function asksForDestination(statement) {
    return statement.kind === 'match' && statement.left.kind === 'payload' && statement.left.field === 'daddr';
}
/**
 * @returns whether node ports are meant to be reached at this address: where set `nodeport-ips` is there, at its addresses only
 *   (`--nodeport-addresses`, by default the node's primary ones)
 */
export function takesNodePortsInNft(known, address) {
    const table = kubeProxyTables(known).find((each) => each.family === address.family)?.table;
    if (table === undefined)
        return false;
    const set = table.sets.get(NFT_OBJECTS.nodePortIps);
    if (set === undefined)
        return true;
    return set.elements.some(({ key }) => {
        const parsed = parseAddress(wordOf(key) ?? '');
        return parsed !== null && sameAddress(parsed, address);
    });
}
