import { chainsInOrder, draftServices } from '../services/service-draft.js';
import { nameDraft } from '../services/service-name.js';
/**
 * @param wanted `namespace/service`, or `namespace/service:port` with the port's name or number
 * @returns names of the SVC, SVL, EXT, FW and XLB chains of that Service, in this order for each port
 */
export function chainsOfService(wanted, rulesets, naming) {
    const [, namespace = '', service = '', port = ''] = /^([^/]+)\/([^:]+)(?::(.*))?$/.exec(wanted) ?? [];
    const chains = new Set();
    for (const ruleset of rulesets) {
        for (const draft of draftServices(ruleset, naming)) {
            const name = nameDraft(draft, draft.entries[0]?.protocol ?? null, null, naming);
            if (name.namespace !== namespace || name.name !== service)
                continue;
            const numbers = draft.entries.map((entry) => String(entry.port));
            if (port !== '' && port !== name.port && !numbers.includes(port))
                continue;
            for (const chain of chainsInOrder(draft))
                chains.add(chain);
        }
    }
    return chains;
}
