import { splitChainName } from '../../proxy/chain-name.js';
import { chainName } from '../../proxy/chains.js';
import { SERVICE_PREFIXES } from '../../proxy/hash.js';
import { readNodePortEntries, readServiceEntries } from './entry-rules.js';
import { readRefusals } from './refusal-rules.js';
/**
 * Collects what belongs together: by the hash in chain names, for refusals by the address, the name of the Service port or,
 * where nothing else is left, the address alone. One pass over the rules of the entry chains and over the chain names.
 * @param isWanted asked with what the names of a port's chains end in, null for one that has none. Absent: all are wanted
 */
export function draftServices(ruleset, naming, isWanted = () => true) {
    const drafts = new Map();
    const bySocket = new Map();
    const nat = ruleset.tables.get('nat');
    if (nat !== undefined) {
        for (const entry of [...readServiceEntries(nat, isWanted), ...readNodePortEntries(nat, isWanted)]) {
            const draft = draftOf(drafts, entry.suffix, entry.suffix);
            draft.entries.push(entry);
            draft.chains.add(entry.chain);
            if (entry.printed === null)
                bySocket.set(socketKey(entry), entry.suffix);
        }
        addChains(drafts, nat);
    }
    const filter = ruleset.tables.get('filter');
    for (const refusal of filter === undefined ? [] : readRefusals(filter)) {
        const socket = refusal.printed === null ? bySocket.get(socketKey(refusal)) : undefined;
        const suffix = socket ?? naming.suffixOfRefusal(refusal);
        draftOf(drafts, suffix ?? `socket ${socketKey(refusal)}`, suffix).refusals.push(refusal);
    }
    return [...drafts.values()].filter(({ suffix }) => isWanted(suffix));
}
/** Chains that no entry leads to are listed too: after `-F CHAINS.services` they are all that is left of a Service. */
function addChains(drafts, nat) {
    for (const chain of nat.chains.keys()) {
        const name = splitChainName(chain);
        if (name === null || name.prefix === 'SEP')
            continue;
        draftOf(drafts, name.hash, name.hash).chains.add(chain);
    }
}
function draftOf(drafts, key, suffix) {
    const known = drafts.get(key);
    if (known !== undefined)
        return known;
    const draft = { suffix, entries: [], refusals: [], chains: new Set() };
    drafts.set(key, draft);
    return draft;
}
/** @returns the draft's chains, SVC first, then SVL, EXT, FW and XLB. */
export function chainsInOrder(draft) {
    return SERVICE_PREFIXES.map((prefix) => chainName(prefix, draft.suffix ?? '')).filter((chain) => draft.chains.has(chain));
}
function socketKey(rule) {
    return `${rule.printed ?? rule.address ?? 'node'} ${rule.port ?? ''} ${rule.protocol ?? ''}`;
}
