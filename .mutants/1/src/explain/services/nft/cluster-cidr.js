import { parsePrefix } from '../../../net/prefix.js';
import { isChooser } from '../../../proxy/nft-names.js';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.js';
import { rulesOf } from './choices.js';
import { kubeProxyTables } from './kube-proxy-tables.js';
import { marks } from './marks.js';
const KNOWN = new WeakMap();
/** Chains that are looked at before it is taken that none tells. */
const LOOKED_AT = 20;
/**
 * @returns the pods' network, which kube-proxy excludes from masquerading in nftables mode: `ip saddr != CIDR` marks what goes to
 *   cluster IPs, up to 1.35 in each Service's own chain, later in `services`. Null where it tells pods otherwise, or nothing does.
 */
export function clusterCidrInNft(known, family) {
    for (const { family: own, table } of kubeProxyTables(known)) {
        if (own !== family)
            continue;
        let found = KNOWN.get(table);
        if (found === undefined) {
            found = search(table);
            KNOWN.set(table, found);
        }
        if (found !== null)
            return found;
    }
    return null;
}
function search(table) {
    const entry = table.chains.get(NFT_OBJECTS.services);
    for (const rule of entry === undefined ? [] : rulesOf(entry)) {
        const found = excludedBy(rule);
        if (found !== null)
            return found;
    }
    let looked = 0;
    for (const chain of table.chains.values()) {
        if (chain.rules.length === 0 || !isChooser(chain.name))
            continue;
        const found = excludedBy(chain.rules.at(0));
        if (found !== null)
            return found;
        looked += 1;
        if (looked === LOOKED_AT)
            return null;
    }
    return null;
}
function excludedBy(rule) {
    if (!marks(rule))
        return null;
    for (const statement of rule.statements) {
        if (statement.kind !== 'match' || statement.operator !== '!=')
            continue;
        const { left, right } = statement;
        if (left.kind === 'payload' && left.field === 'saddr' && right.kind === 'prefix')
            return parsePrefix(`${right.address}/${right.length}`);
    }
    return null;
}
