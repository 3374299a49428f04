import { NodeComparer } from './compare-nodes.js';
/** Captures that lie further apart are of two states of the cluster, and what differs says nothing of the nodes. */
const APART_MS = 60 * 60 * 1000;
/**
 * Compares captures that are of different nodes of one cluster: their Node lists are the same, each node is there once, and
 * they were taken within an hour. Others are left aside.
 */
export function compareClusters(checked) {
    const clusters = new Map();
    for (const { profile, report } of checked) {
        if (profile === null || profile.cluster === null)
            continue;
        const members = clusters.get(profile.cluster) ?? [];
        members.push({ profile, report });
        clusters.set(profile.cluster, members);
    }
    return [...clusters.values()].flatMap((members) => {
        const names = new Set(members.map(({ profile }) => profile.node));
        if (names.size < 2 || names.size < members.length || !areClose(members))
            return [];
        const comparer = new NodeComparer();
        for (const { profile, report } of members)
            comparer.add(profile, report);
        return [comparer.compare()];
    });
}
function areClose(members) {
    const times = members.map(({ profile: { takenAt } }) => Date.parse(takenAt ?? ''));
    return Math.max(...times) - Math.min(...times) <= APART_MS;
}
