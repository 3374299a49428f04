/** @returns the string at a key, else null. */
export function stringAt(object, key) {
    const value = object[key];
    return typeof value === 'string' ? value : null;
}
/** @returns the number at a key, else null. */
export function numberAt(object, key) {
    const value = object[key];
    return typeof value === 'number' ? value : null;
}
/** nft prints one flag as a string and several as a list. @returns them all. */
export function wordsAt(object, key) {
    const value = object[key];
    if (typeof value === 'string')
        return [value];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
