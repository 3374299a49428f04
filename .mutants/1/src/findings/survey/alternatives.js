import { parseNftName } from '../../proxy/nft-names.js';
import { flat } from '../../trace/question.js';
/** Which endpoint a client is kept at. */
const STICKY = new Set(['recent', 'ipvs-template']);
/** Which endpoint it is: all of them are what the packet may come to. */
const OF_CHOICE = new Set([...STICKY, 'ipvs-choice']);
/** Whether nftables mode remembers the client at an endpoint. */
function isAffinity(question) {
    return question.code === 'nft-element' && parseNftName(question.set)?.prefix === 'affinity';
}
/** @returns a trace's outcomes, taken together where they have the same conditions. */
export function alternativesOf(trace) {
    const groups = new Map();
    for (const outcome of trace.outcomes) {
        const given = outcome.given.filter(({ question }) => !OF_CHOICE.has(question.code) && !isAffinity(question));
        const key = flat(given);
        const group = groups.get(key) ?? { given, outcomes: [], sticky: false };
        group.outcomes.push(outcome);
        group.sticky ||= outcome.given.some(({ question }) => STICKY.has(question.code) || isAffinity(question));
        groups.set(key, group);
    }
    return [...groups.values()];
}
