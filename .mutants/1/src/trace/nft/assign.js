import { senderOf } from '../packet.js';
import { patternOf } from './constants.js';
import { kindOf } from './kinds.js';
import { lookUp } from './look-up.js';
import { read } from './read.js';
import { known, OPEN } from './values.js';
/** @returns the value of an expression for a field that holds this kind of thing. */
export function valueFor(expression, field, context, text) {
    if (expression.kind === 'map')
        return { kind: 'map', found: lookUp(expression.key, expression.data, context, text) };
    return { kind: 'value', reading: readFor(expression, field, context) };
}
/** @returns a constant or a field as a value for a field of this kind. */
export function readFor(expression, field, context) {
    const pattern = patternOf(expression, kindOf(field));
    if (pattern?.kind === 'range' && pattern.from === pattern.to)
        return known(pattern.from);
    return pattern === null ? read(expression, context) : OPEN;
}
/** @returns the packet with a field written; `reading` may be anything but absent. What no answer rests on changes nothing. */
export function assigned(state, field, reading) {
    const value = reading.kind === 'known' && typeof reading.value === 'bigint' ? reading.value : null;
    const number = value === null ? null : Number(value);
    switch (field.kind) {
        case 'meta':
            if (field.key === 'mark')
                return { ...state, mark: number === null ? null : number >>> 0 };
            if (field.key === 'pkttype' && number !== null)
                return { ...state, frame: FRAMES[number] ?? state.frame };
            return state;
        case 'ct':
            return assignCt(state, field, number);
        case 'payload':
            return assignPayload(state, field, value);
        case 'header-option':
            return field.of === 'tcp option' && field.name === 'maxseg'
                ? { ...state, segmentSizeSet: true }
                : state;
        default:
            return state;
    }
}
const FRAMES = ['unicast', 'broadcast', 'multicast'];
function assignCt(state, { key, direction }, number) {
    const { connection } = state;
    if (key === 'mark')
        return connection === null
            ? state
            : { ...state, connection: { ...connection, mark: number === null ? null : number >>> 0 } };
    // A packet that has its connection keeps it (nft_ct_set_zone_eval).
    if (key !== 'zone' || connection !== null || state.untracked !== null)
        return state;
    const before = state.zones ?? { original: 0, reply: 0 };
    const original = direction === 'reply' ? before.original : number;
    const reply = direction === 'original' ? before.reply : number;
    return { ...state, zones: { original, reply } };
}
/** Writes a header. The connection does not hear of it (nft_payload_set_eval). */
function assignPayload(state, { protocol, field }, value) {
    const address = (v) => ({ family: state.family, value: v });
    if ((protocol === 'ip' || protocol === 'ip6') && value !== null) {
        if (field === 'daddr')
            return { ...state, destination: address(value), destinationLocal: null };
        if (field === 'saddr')
            return { ...state, source: senderOf(address(value)) };
    }
    switch (field) {
        case 'dport':
            return { ...state, destinationPort: value === null ? null : Number(value) };
        case 'sport':
            return { ...state, sourcePort: value === null ? null : Number(value) };
        case 'dscp': {
            const { tos } = state;
            if (value === null)
                return { ...state, tos: { bits: tos.bits & 3, known: tos.known & 3 } };
            return { ...state, tos: { bits: (tos.bits & 3) | (Number(value) << 2), known: tos.known | 0xfc } };
        }
        case 'ttl':
        case 'hoplimit':
            return { ...state, ttl: value === null ? null : Number(value) };
        default:
            return state;
    }
}
