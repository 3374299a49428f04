import type { Ruleset } from '../../iptables/ruleset.ts';
import { chainsInOrder, draftServices } from '../services/service-draft.ts';
import { nameDraft } from '../services/service-name.ts';
import type { ServiceNaming } from '../services/service-naming.ts';

/**
 * @param wanted `namespace/service`, or `namespace/service:port` with the port's name or number
 * @returns names of the SVC, SVL, EXT, FW and XLB chains of that Service, in this order for each port
 */
export function chainsOfService(
  wanted: string,
  rulesets: readonly Ruleset[],
  naming: ServiceNaming,
): Set<string> {
  const [, namespace = '', service = '', port = ''] = /^([^/]+)\/([^:]+)(?::(.*))?$/.exec(wanted) ?? [];
  const chains = new Set<string>();
  for (const ruleset of rulesets) {
    for (const draft of draftServices(ruleset, naming)) {
      const name = nameDraft(draft, draft.entries[0]?.protocol ?? null, null, naming);
      if (name.namespace !== namespace || name.name !== service) continue;
      const numbers = draft.entries.map((entry) => String(entry.port));
      if (port !== '' && port !== name.port && !numbers.includes(port)) continue;
      for (const chain of chainsInOrder(draft)) chains.add(chain);
    }
  }
  return chains;
}
