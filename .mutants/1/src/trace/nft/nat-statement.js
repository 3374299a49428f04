import { printStatement } from '../../nftables/print/print-statement.js';
import { patternOf } from './constants.js';
import { lookUp } from './look-up.js';
/** @returns what a nat statement does to this packet (nft_nat_eval, nft_masq_eval, nft_redir_eval). */
export function natChoice(nat, context) {
    const text = printStatement(nat);
    // Both write the node's own address: one that was read is something that was not understood.
    if (nat.address !== null && (nat.kind === 'masquerade' || nat.kind === 'redirect'))
        return { kind: 'unreadable', text };
    if (nat.address?.kind === 'map') {
        const { key, data } = nat.address;
        return { kind: 'map', found: lookUp(key, data, context, text), of: nat };
    }
    return targetOf(nat, nat.address, nat.port, context, text);
}
/** @param data what a map gave: an address, or `addr . port`. @returns what is written. */
export function natOfMap(nat, data, context) {
    const text = printStatement(nat);
    if (data.kind !== 'concat')
        return targetOf(nat, data, nat.port, context, text);
    const [address = null, port = null] = data.parts;
    return targetOf(nat, address, port, context, text);
}
function targetOf(nat, address, port, { state }, text) {
    const ports = port === null ? null : rangeOf(port);
    const random = nat.random || nat.fullyRandom;
    if (ports === 'unreadable')
        return { kind: 'unreadable', text };
    if (nat.kind === 'masquerade' || nat.kind === 'redirect')
        return { kind: 'target', target: { kind: nat.kind, ports, random } };
    const kind = state.family;
    const pattern = address === null ? null : patternOf(address, kind);
    if (address !== null && pattern?.kind !== 'range')
        return { kind: 'unreadable', text };
    if (nat.prefix && pattern?.kind === 'range') {
        const mask = (state.family === 'ipv4' ? 0xffffffffn : (1n << 128n) - 1n) & ~(pattern.to - pattern.from);
        return { kind: 'target', target: { kind: 'netmap', value: pattern.from, mask } };
    }
    const [from, last] = pattern?.kind === 'range' ? [pattern.from, pattern.to] : [null, null];
    const to = { from, to: last, ports, portBase: null };
    return { kind: 'target', target: { kind: nat.kind, to, random, persistent: nat.persistent, text } };
}
function rangeOf(port) {
    const pattern = patternOf(port, 'port');
    return pattern?.kind === 'range' ? { from: Number(pattern.from), to: Number(pattern.to) } : 'unreadable';
}
