import { formatAddress } from '../../net/address.js';
export const CAPTURE_ROUTES = 'capture `ip -j route show table all`';
export const ALL_ROUTES = '`ip -j route show table all`';
export const GIVE_CLIENT = 'give the client with --from ADDRESS';
export const GIVE_PORT = 'give --source-port';
/** @returns a question with both of its answers. */
export function said(holds, fails, settle = null) {
    return { holds, fails, settle };
}
/** @returns the question, which conntrack's entry of the flow would settle. */
export function inFlow(words) {
    return { ...words, settle: GIVE_PORT, needsFlows: true };
}
/** @returns a question that is denied as a whole. */
export function denied(clause, settle = null) {
    return said(clause, `not so: ${clause}`, settle);
}
/** @returns a question whose subject is something, or is not. */
export function is(subject, what, settle = null) {
    return said(`${subject} is ${what}`, `${subject} is not ${what}`, settle);
}
/** @returns an address in words; null is a client that is not known. */
export function clientOr(address) {
    return address === null ? 'the client' : formatAddress(address);
}
/** @returns `of FORWARD rule 3`. */
export function ofRule({ chain, number }) {
    return `of ${chain} rule ${number}`;
}
/** @returns ` via 192.0.2.1`; empty for a neighbour. */
export function viaText(gateway) {
    return gateway === null ? '' : ` via ${formatAddress(gateway)}`;
}
