import { knownBut } from '../explain/question/known-but.ts';
import type { Known } from '../explain/question/question.ts';
import type { Ruleset } from '../iptables/ruleset.ts';

/**
 * A dump that is cut is no more than a listing: it may lack chains. Lists of objects that are cut say nothing of those that are
 * not in them; names then come from comments.
 */
export function withoutCut(known: Known): Known {
  return knownBut(known, {
    rulesets: known.rulesets.map((ruleset): Ruleset => ({ ...ruleset, form: 'rules-listing' })),
    cluster: { ...known.cluster, services: null, endpoints: null, pods: null },
  });
}

/** Endpoints know one family, no hints and nothing of what terminates: what is not in them may be there all the same. */
export function withoutOlder(known: Known): Known {
  if (known.cluster.olderEndpointsOnly !== true) return known;
  return knownBut(known, { cluster: { ...known.cluster, endpoints: null } });
}
