/**
 * A table whose keys come from outside: from a file, a node, a cluster or the command line. An object literal has keys that
 * nobody wrote (`constructor`, `toString`, `__proto__`), so that a chain or a file of that name would find something there.
 * @returns a table that holds what was written down, and nothing else.
 */
export function dictionary(entries) {
    return Object.assign(Object.create(null), entries);
}
