const NOTHING = {};
/** @returns true for objects, false for lists, null and plain values. */
export function isFields(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** @returns the value where it is an object, else an empty one. */
export function fieldsOf(value) {
    return isFields(value) ? value : NOTHING;
}
/** @returns the value where it is an object, else null. */
export function objectOf(value) {
    return isFields(value) ? value : null;
}
/** @returns the value where it is a list, else an empty one. */
export function listOf(value) {
    return Array.isArray(value) ? value : [];
}
/** @returns the members of a list that are objects; nothing where the value is no list. */
export function objectsOf(value) {
    return listOf(value).filter(isFields);
}
/** @returns the strings of a list; other values in it are left out. */
export function textsOf(value) {
    return listOf(value).filter((item) => typeof item === 'string');
}
/** @returns the value where it is a string and not empty, else null. */
export function textOf(value) {
    return typeof value === 'string' && value !== '' ? value : null;
}
/** @returns the value where it is a whole number that is not negative, else null. */
export function numberOf(value) {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
/** @returns the value as {@link numberOf} reads it, also from text in decimal or `0x…`: `ip -j` prints marks so. */
export function numberInText(value) {
    const isText = typeof value === 'string' && /^(0x[0-9a-fA-F]{1,12}|\d{1,15})$/.test(value);
    return numberOf(isText ? Number(value) : value);
}
/**
 * @returns any value of JSON as a word, where a word was expected: an object as `{}`, a list by its items. `String()` calls what
 * an object of the input has under `toString`, and throws where that is no function.
 */
export function wordOf(value) {
    if (Array.isArray(value))
        return value.map((item) => (typeof item === 'object' && item !== null ? '{}' : String(item))).join(',');
    return typeof value === 'object' && value !== null ? '{}' : String(value);
}
