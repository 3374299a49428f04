import { ChainTable } from './chain-table.js';
import { UNKNOWN } from './name-index.js';
/** @returns a table of which no line was read yet. */
export function newBlock({ prompt, ...start }, lines) {
    const chains = new ChainTable(lines);
    return {
        ...start,
        statedFamily: prompt?.family ?? null,
        statedBackend: prompt?.backend ?? null,
        committed: false,
        excerpt: false,
        cut: null,
        chains,
        context: { lines, family: 'ipv4', isChain: (name) => chains.names.findText(name) !== UNKNOWN },
        to: start.from,
    };
}
