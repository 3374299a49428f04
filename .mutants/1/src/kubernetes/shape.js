import { isFields } from '../json/fields.js';
const NOTHING = {};
/** @returns the value where it is an object, else an empty one; its fields are those of the shape. */
export function partOf(value) {
    // What the fields hold is still to be checked: only their names are certain.
    return (isFields(value) ? value : NOTHING);
}
/** @returns the parts of a list, objects or not; empty where the value is no list. */
export function partsOf(value) {
    return Array.isArray(value) ? value : [];
}
/** @returns a whole object as its kind's shape has it. */
export function shaped(_shape, object) {
    return object;
}
/** @returns the entries of an object that are texts, and that the shape keeps. */
export function textsIn(keeps, value) {
    const texts = [];
    for (const [key, text] of Object.entries(isFields(value) ? value : NOTHING))
        if (typeof text === 'string' && keeps(key))
            texts.push([key, text]);
    return Object.fromEntries(texts);
}
/** @returns a copy with nothing but what the shape has. Places in lists stay: what stood there and is no use becomes null. */
export function pick(object, shape) {
    const kept = [];
    for (const [key, wanted] of Object.entries(shape)) {
        if (!Object.hasOwn(object, key))
            continue;
        const value = pickValue(object[key], wanted);
        if (value !== undefined)
            kept.push([key, value]);
    }
    return Object.fromEntries(kept);
}
function pickValue(value, wanted) {
    if (typeof wanted === 'function')
        return isFields(value) ? textsIn(wanted, value) : undefined;
    if (wanted === true)
        return plainOf(value);
    if (Array.isArray(value))
        return value.map((item) => (isFields(item) ? pick(item, wanted) : null));
    return isFields(value) ? pick(value, wanted) : undefined;
}
function plainOf(value) {
    if (!Array.isArray(value))
        return typeof value === 'object' ? undefined : value;
    return value.map((item) => (typeof item === 'object' ? null : item));
}
