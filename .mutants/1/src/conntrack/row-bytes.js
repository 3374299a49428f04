/** How lines of a listing are spelt, as bytes. */
export const SPACE = 32;
const SLASH = 47;
const COLON = 58;
export const EQUALS = 61;
export const BRACKET = 91;
export const SRC = bytesOf('src=');
export const DST = bytesOf(' dst=');
export const SPORT = bytesOf(' sport=');
export const DPORT = bytesOf(' dport=');
export const IPV4 = bytesOf('ipv4 ');
export const IPV6 = bytesOf('ipv6 ');
export const ASSURED = bytesOf('[ASSURED]');
export const UNREPLIED = bytesOf('[UNREPLIED]');
export const OFFLOAD = bytesOf('[OFFLOAD]');
export const HW_OFFLOAD = bytesOf('[HW_OFFLOAD]');
/** @returns true for bytes of a protocol's name. */
export function isNameByte(byte) {
    return (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte === 45;
}
/** @returns true for bytes of a state's name. */
export function isStateByte(byte) {
    return (byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || byte === 95;
}
/** @returns true for bytes of an IPv6 address. */
export function isHexOrColon(byte) {
    return ((byte > SLASH && byte <= COLON) ||
        (byte >= 97 && byte <= 102) ||
        (byte >= 65 && byte <= 70) ||
        byte === 46);
}
function bytesOf(text) {
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
/** @returns true where these bytes stand at a place. */
export function spells(bytes, text, at) {
    for (let index = 0; index < text.length; index++)
        if (bytes[at + index] !== text[index])
            return false;
    return true;
}
/** There are some thirty names of states, and a million lines that name them: each becomes a string once. */
export class StateNames {
    #names = new Map();
    /** @returns the name that stands from `from` up to `to`. */
    at(bytes, from, to) {
        let key = 0;
        for (let at = from; at < to; at++)
            key = (Math.imul(key, 31) + (bytes[at] ?? 0)) | 0;
        const known = this.#names.get(key);
        if (known !== undefined && isText(bytes, from, to, known))
            return known;
        const text = bytes.toString('latin1', from, to);
        if (known === undefined && this.#names.size < 1000)
            this.#names.set(key, text);
        return text;
    }
}
function isText(bytes, from, to, text) {
    if (text.length !== to - from)
        return false;
    for (let index = 0; index < text.length; index++) {
        if (bytes[from + index] !== text.charCodeAt(index))
            return false;
    }
    return true;
}
