/** Adds a node to those that have this value; the first of equal values is kept. */
export function addTo(groups, key, value, node) {
    const group = groups.get(key);
    if (group === undefined)
        groups.set(key, { value, nodes: [node] });
    else
        group.nodes.push(node);
}
/**
 * Tells the many from the few.
 * @returns `rest`: the largest group, null where two are equally large; `odd`: the others, none where all agree
 */
export function splitOff(groups) {
    const sorted = [...groups.values()].sort((a, b) => b.nodes.length - a.nodes.length);
    const [first, second] = sorted;
    if (first === undefined || second === undefined)
        return { rest: first ?? null, odd: [] };
    if (first.nodes.length === second.nodes.length)
        return { rest: null, odd: sorted };
    return { rest: first, odd: sorted.slice(1) };
}
