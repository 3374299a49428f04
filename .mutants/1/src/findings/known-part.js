/**
 * A dump that is cut is no more than a listing: it may lack chains. Lists of objects that are cut say nothing of those that are
 * not in them; names then come from comments.
 */
export function withoutCut(known) {
    return {
        ...known,
        rulesets: known.rulesets.map((ruleset) => ({ ...ruleset, form: 'rules-listing' })),
        cluster: { ...known.cluster, services: null, endpoints: null, pods: null },
    };
}
/** Endpoints know one family, no hints and nothing of what terminates: what is not in them may be there all the same. */
export function withoutOlder(known) {
    if (known.cluster.olderEndpointsOnly !== true)
        return known;
    return { ...known, cluster: { ...known.cluster, endpoints: null } };
}
