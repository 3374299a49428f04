import { escapeTerminal } from './escape.js';
import { wrap } from './wrap.js';
/** Differences shown for one set of nodes; `-o json` has all. */
const SHOWN = 12;
/** Names shown of one set of nodes. */
const NAMED = 8;
/** @returns which nodes differ from the rest, and in what; a line where none does. */
export function renderNodeComparison({ nodes, differences }, { width, colours }) {
    const head = `${nodes.length} nodes of one cluster compared`;
    if (differences.length === 0)
        return `${head}: ${colours.good('none differs from the rest')}\n`;
    const groups = new Map();
    for (const difference of differences) {
        const key = JSON.stringify([difference.nodes, difference.rest.length === 0]);
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, [difference]);
        else
            group.push(difference);
    }
    const blocks = [...groups.values()].map((group) => {
        const lines = group
            .slice(0, SHOWN)
            .map(({ message }) => wrap(`  ${escapeTerminal(message)}`, width, '    '));
        const more = group.length > SHOWN ? [`  … and ${group.length - SHOWN} more (-o json)`] : [];
        return [colours.strong(wrap(titleOf(group[0], nodes), width, '    ')), ...lines, ...more].join('\n');
    });
    return `${head}\n${blocks.join('\n')}\n`;
}
function titleOf(difference, all) {
    if (difference === undefined)
        return '';
    const { nodes, rest } = difference;
    const names = escapeTerminal(namesOf(nodes));
    if (rest.length > 0) {
        const others = rest.length === 1 ? 'the other node' : `the other ${rest.length}`;
        return `${names} ${nodes.length === 1 ? 'differs' : 'differ'} from ${others}`;
    }
    if (all.length > 2)
        return `${names}, unlike others (no majority agrees)`;
    return `${names}, unlike ${escapeTerminal(namesOf(all.filter((node) => !nodes.includes(node))))}`;
}
function namesOf(nodes) {
    const more = nodes.length - NAMED;
    return nodes.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
