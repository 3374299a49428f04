import { splitChainName } from '../../proxy/chain-name.js';
import { chainName, hasRole } from '../../proxy/chains.js';
import { SERVICE_PREFIXES } from '../../proxy/hash.js';
/**
 * @returns the chains of a Service port, SEP chains aside, that its rules lead to and that the capture does not hold,
 *   or of which it lost rules
 */
export function chainsNotCaptured(draft, { tables }) {
    const nat = tables.get('nat');
    const wanted = new Set(draft.chains);
    for (const chain of wanted)
        for (const next of serviceChainsBehind(chain, nat))
            wanted.add(next);
    const missing = [...wanted].sort(byPrefix).filter((chain) => {
        const held = nat?.chains.get(chain);
        return held === undefined || held.cut !== undefined;
    });
    if (missing.length > 0 || draft.chains.size > 0 || draft.suffix === null || isWhole(nat))
        return missing;
    // "has no local endpoints" says nothing of the others.
    return draft.refusals.some(({ action }) => action === 'drop') ? [chainName('SVC', draft.suffix)] : [];
}
/** @returns true where the table is there and no cut took chains from it. */
export function isWhole(table) {
    return table !== undefined && table.cut === undefined;
}
/** SVC first, then SVL, EXT, FW and XLB. */
function byPrefix(a, b) {
    const rank = (chain) => SERVICE_PREFIXES.findIndex((prefix) => chain.startsWith(chainName(prefix, '')));
    return rank(a) - rank(b);
}
function serviceChainsBehind(chain, nat) {
    const rules = nat?.chains.get(chain)?.rules;
    const found = [];
    if (rules === undefined || hasRole(chain, 'service', 'local'))
        return found;
    for (let index = 0; index < rules.length; index++) {
        const target = rules.targetName(index);
        const prefix = target === null ? null : splitChainName(target)?.prefix;
        if (target !== null && prefix != null && prefix !== 'SEP')
            found.push(target);
    }
    return found;
}
