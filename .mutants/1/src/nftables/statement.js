const EXTRAS = new Set(['counter', 'quota', 'limit', 'ct-count', 'last']);
/** @returns true for what an element or a set may carry beside its key. */
export function isExtra(statement) {
    return EXTRAS.has(statement.kind);
}
