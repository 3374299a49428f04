const RANK = { error: 0, warning: 1, info: 2 };
/** @returns true where `severity` is at least as bad as `least`. */
export function isAtLeast(severity, least) {
    return RANK[severity] <= RANK[least];
}
const CERTAINTY_RANK = { certain: 0, probable: 1, possible: 2 };
/** Orders findings: worst first, then the surest, then by code and object. */
export function compareFindings(a, b) {
    return (RANK[a.severity] - RANK[b.severity] ||
        CERTAINTY_RANK[a.certainty] - CERTAINTY_RANK[b.certainty] ||
        compareText(a.code, b.code) ||
        compareText(a.objects[0] ?? '', b.objects[0] ?? ''));
}
function compareText(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}
