import { mergeRulesets } from '../iptables/merge.js';
import { parseSave } from '../iptables/save/parse-save.js';
import { KNOWN_CHAINS } from '../proxy/known-chains.js';
import { requireOneState } from './one-node.js';
/**
 * @returns the rules of every dump given, one Ruleset for each family and backend. Throws InputError where two dumps cannot be
 * of one node at one time.
 */
export async function loadRulesets(sources, manifest, problems) {
    const rulesets = [];
    for (const sorted of sources.get('iptables-save') ?? []) {
        rulesets.push(...parseSave(sorted.source, hintsOf(sorted, manifest), problems));
    }
    const listings = sources.get('iptables-listing') ?? [];
    if (listings.length > 0) {
        const { parseListing } = await import('../iptables/listing/parse-listing.js');
        for (const sorted of listings) {
            rulesets.push(...parseListing(sorted.source, hintsOf(sorted, manifest), problems));
        }
    }
    requireOneState(rulesets);
    return mergeRulesets(rulesets, problems);
}
/** What the parsers may take for granted where the dump itself does not say. */
function hintsOf({ source, family }, manifest) {
    const backend = source.hints?.backend ?? backendOf(manifest.backend);
    return {
        chains: KNOWN_CHAINS,
        ...(family === null ? {} : { family }),
        ...(backend === null ? {} : { backend }),
    };
}
function backendOf(told) {
    return told === 'iptables-nft' || told === 'iptables-legacy' ? told : null;
}
