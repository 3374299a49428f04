/** The keys that each part of `expect.yaml` knows; `schema/expect.schema.json` says the same to editors. */
export const KEYS = {
    document: ['apiVersion', 'kind', 'packets', 'conntrack', 'findings'],
    packet: ['name', 'from', 'to', 'protocol', 'sourcePort', 'expect'],
    expect: ['verdict', 'endpoints', 'masquerade', 'through', 'notThrough'],
    conntrack: ['name', 'service', 'stale', 'most'],
    findings: ['allow'],
    allow: ['code', 'object', 'reason'],
};
/** @returns the known key that is most like a mistyped one, or null where none is near. */
export function nearestKey(typed, known) {
    let best = null;
    for (const key of known) {
        const distance = editDistance(typed.toLowerCase().slice(0, LONGEST), key.toLowerCase());
        if (distance <= 3 && distance < key.length / 2 + 1 && (best === null || distance < best.distance))
            best = { key, distance };
    }
    return best?.key ?? null;
}
const LONGEST = 40;
/** Levenshtein's distance, in one row. */
function editDistance(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substituted));
        }
        row = next;
    }
    return row.at(-1) ?? 0;
}
