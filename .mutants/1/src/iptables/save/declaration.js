const TABLES = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);
/** Counters that have counted nothing. */
export const ZERO = { packets: 0, bytes: 0 };
/** @returns counters as `[packets:bytes]` spells them; all zeros share one object, since most chains have them. */
function toCounters(packets, bytes) {
    return packets === '0' && bytes === '0' ? ZERO : { packets: Number(packets), bytes: Number(bytes) };
}
/** @param declared policy, packets and bytes as a dump spells them; `policy` is null for any other word. */
export function toDeclaration([policy = '-', packets, bytes]) {
    const counters = packets === undefined ? null : toCounters(packets, bytes);
    return { policy: toPolicy(policy), counters };
}
function toPolicy(word) {
    return word === 'ACCEPT' || word === 'DROP' ? word : null;
}
/** @returns true for the five tables of iptables. */
export function isTableName(name) {
    return TABLES.has(name);
}
/** How the line of a user's chain that counted nothing ends. */
export const PLAIN_END = ' - [0:0]';
/** @returns true for nearly every chain line of a large dump. @param end of the line, as byte position. */
export function isPlainUserChain(bytes, end) {
    const start = end - PLAIN_END.length;
    for (let index = 0; index < PLAIN_END.length; index++) {
        if (bytes[start + index] !== PLAIN_END.charCodeAt(index))
            return false;
    }
    return true;
}
