import { listed } from '../../words/numbers.js';
/** @returns what some nodes do with a Service port and the rest does not: `leaves out 10.244.1.12:8080`. */
export function portDifference(facet, odd, rest) {
    const lacks = rest.filter((word) => !odd.includes(word));
    const more = odd.filter((word) => !rest.includes(word));
    const parts = {
        places: [
            ...(odd.length === 0 ? ['no rule for it'] : lacks.length > 0 ? [`no rule for ${listed(lacks)}`] : []),
            ...(more.length > 0 ? [`rules for ${listed(more)}, which the rest does not have`] : []),
        ],
        endpoints: [
            ...(lacks.length > 0 ? [`leaves out ${listed(lacks)}`] : []),
            ...(more.length > 0 ? [`sends packets to ${listed(more)}, which the rest does not`] : []),
        ],
        shares: [`shares ${listed(odd)}, the rest ${listed(rest)}`],
        affinity: [`session affinity ${listed(odd)}, the rest ${listed(rest)}`],
        sourceRanges: [`source ranges ${listed(odd) || 'none'}, the rest ${listed(rest) || 'none'}`],
    };
    return parts[facet].join('; ');
}
/** @returns what nodes do of which no majority agrees: `endpoints 10.244.1.11:8080`. */
export function portText(facet, words) {
    const text = listed(words);
    const none = words.length === 0;
    const texts = {
        places: none ? 'no rule for it' : `rules for ${text}`,
        endpoints: none ? 'no endpoint' : `sends packets to ${text}`,
        shares: `shares ${text}`,
        affinity: `session affinity ${text}`,
        sourceRanges: `source ranges ${none ? 'none' : text}`,
    };
    return texts[facet];
}
