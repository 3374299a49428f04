/** @returns a set whose elements are read when they are first asked for. */
export function lazySet(parts, read) {
    let known = null;
    return {
        ...parts,
        get elements() {
            known ??= read();
            return known;
        },
    };
}
