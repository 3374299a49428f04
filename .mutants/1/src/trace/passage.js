/** @returns a passage to what stands next. */
export function next(branch) {
    return { kind: 'next', branch };
}
/** @returns a passage that is an end. */
export function ended(ending) {
    return { kind: 'ended', ending };
}
/** @returns true for a passage to what stands next. */
export function isNext(passage) {
    return passage.kind === 'next';
}
