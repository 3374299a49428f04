import { rangeContains } from '../net/range.js';
import { chosenOfRange } from './nat-range.js';
/** @returns the one address that the kernel takes where the packet's ends are known, else all of the range; null where these are too many. */
export function addressesOf(to, state, persistent, writes) {
    const { source, destination, family } = state;
    const several = to.to !== null && to.to !== to.from;
    const zone = zoneId(state);
    const chosen = several && source.address !== null && zone !== null
        ? chosenOfRange(to, source.address, destination, persistent, zone, writes)
        : null;
    return chosen === null ? spread(to, family) : [chosen];
}
/** The zone's number, whichever direction it is for; null where it is not known. */
function zoneId({ zones }) {
    if (zones === null)
        return 0;
    const { original, reply } = zones;
    return original === null || reply === null ? null : original !== 0 ? original : reply;
}
/** @returns whether the packet's source, and its port where ports are given, lie in a range of several addresses. */
export function isWithin({ source, sourcePort }, { from, to, ports }) {
    if (source.address === null || from === null || to === null || to === from)
        return false;
    const { value } = source.address;
    return (value >= from &&
        value <= to &&
        (ports === null || (sourcePort !== null && rangeContains(ports, sourcePort))));
}
/** Ranges of more addresses are not followed one by one. */
const SPREAD = 32n;
/** @returns the addresses of the range; null where there are too many. */
function spread(range, family) {
    const first = range.from ?? 0n;
    const last = range.to ?? first;
    if (last - first >= SPREAD)
        return null;
    const addresses = [];
    for (let value = first; value <= last; value++)
        addresses.push({ family, value });
    return addresses;
}
/** @returns what makes one address of a rule's range a way of its own. */
export function choiceOf(rule, of) {
    return (address) => {
        const { chain, number } = rule;
        return { value: address, question: { code: 'nat-range', address, of, rule: { chain, number } } };
    };
}
