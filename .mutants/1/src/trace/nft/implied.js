import { TCP, UDP } from '../../net/protocol.js';
/** Conditions that a statement implies and no listing prints: nft adds them when the rule is loaded (nft, src/evaluate.c). */
/** @returns true where a statement written for a family, `dnat ip to`, does not take the packet. */
export function otherFamily(family, { state }) {
    return family !== null && (family === 'ip') !== (state.family === 'ipv4');
}
/** @returns whether `reject with` this takes the packet: `tcp reset` asks for TCP, `icmp` for IPv4. */
export function canReject(type, { state }) {
    if (type === 'tcp reset')
        return state.protocol === TCP;
    if (type === 'icmp')
        return state.family === 'ipv4';
    return type !== 'icmpv6' || state.family === 'ipv6';
}
/** @returns whether a transparent socket can take the packet. */
export function hasSockets({ state: { protocol } }) {
    return protocol === TCP || protocol === UDP;
}
