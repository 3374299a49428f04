/** @returns a reading that is known. */
export function known(value) {
    return { kind: 'known', value: typeof value === 'string' ? value : BigInt(value) };
}
/** The packet has no such field. */
export const ABSENT = { kind: 'absent' };
/** Nobody knows, and the rule's own words say what. */
export const OPEN = { kind: 'open' };
/** @returns the pattern of one number. */
export function exactly(value) {
    return { kind: 'range', from: value, to: value };
}
/** @returns true where the pattern stands for one value alone. */
export function isExact(pattern) {
    return pattern.kind === 'name' ? !pattern.prefix : pattern.from === pattern.to;
}
/** @returns true where the value is one of the pattern's. */
export function fits(pattern, value) {
    if (pattern.kind === 'range')
        return typeof value === 'bigint' && value >= pattern.from && value <= pattern.to;
    if (typeof value !== 'string')
        return false;
    return pattern.prefix ? value.startsWith(pattern.text) : value === pattern.text;
}
