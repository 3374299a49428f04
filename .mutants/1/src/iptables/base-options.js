/** Short names of the options that every rule has, and how many values they take. */
const BASE = new Map([
    ['-s', ['-s', 1]],
    ['--source', ['-s', 1]],
    ['--src', ['-s', 1]],
    ['-d', ['-d', 1]],
    ['--destination', ['-d', 1]],
    ['--dst', ['-d', 1]],
    ['-i', ['-i', 1]],
    ['--in-interface', ['-i', 1]],
    ['-o', ['-o', 1]],
    ['--out-interface', ['-o', 1]],
    ['-p', ['-p', 1]],
    ['--protocol', ['-p', 1]],
    ['--proto', ['-p', 1]],
    ['-f', ['-f', 0]],
    ['--fragment', ['-f', 0]],
    // Not of a rule but of the command that adds it, as scripts and logs have it.
    ['-t', ['-t', 1]],
    ['--table', ['-t', 1]],
    ['-c', ['-c', 2]],
    ['--set-counters', ['-c', 2]],
    ['-m', ['-m', 1]],
    ['--match', ['-m', 1]],
    ['-j', ['-j', 1]],
    ['--jump', ['-j', 1]],
    ['-g', ['-g', 1]],
    ['--goto', ['-g', 1]],
]);
/** @returns the short name of a base option (`-s` for `--source`), or the flag itself. */
export function baseName(flag) {
    return BASE.get(flag)?.[0] ?? flag;
}
/** @returns true for an option that every rule can have, by short or long name. */
export function isBaseOption(flag) {
    return BASE.has(flag);
}
/** @returns how many values a base option takes. */
export function arityOfBase(flag) {
    return BASE.get(flag)?.[1] ?? 0;
}
