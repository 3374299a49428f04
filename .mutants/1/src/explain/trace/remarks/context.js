/** @returns a remark in a list, for finders that make at most one. */
export function remark(code, effect, text, settle = null) {
    return [{ code, effect, text, about: null, settle }];
}
