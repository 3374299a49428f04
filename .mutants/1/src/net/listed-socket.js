import { parseAddress } from './address.js';
import { socketText } from './socket.js';
/**
 * Reads a socket as `ipvsadm -n` prints it (`10.96.0.10:53`, `[fd00::a]:53`) or as /proc/net/ip_vs does
 * (`0A60000A:0035`, `[fd00:0000:…:000a]:0035`).
 * @returns null where it is neither
 */
export function readSocket(text) {
    const raw = /^([0-9A-F]{8}):([0-9A-F]{4})$/.exec(text);
    if (raw !== null)
        return { address: ofHex(raw[1] ?? ''), port: Number.parseInt(raw[2] ?? '', 16) };
    const six = /^\[([0-9a-f:.]+)\]:([0-9A-Fa-f]{1,5})$/i.exec(text);
    if (six !== null) {
        // The kernel prints all 32 digits, and then the port in hexadecimal too.
        const full = /^([0-9a-f]{4}:){7}[0-9a-f]{4}$/.test(six[1] ?? '');
        return socketOf(six[1] ?? '', six[2] ?? '', full && /^[0-9A-F]{4}$/.test(six[2] ?? '') ? 16 : 10);
    }
    const four = /^(\d+\.\d+\.\d+\.\d+):(\d{1,5})$/.exec(text);
    return four === null ? null : socketOf(four[1] ?? '', four[2] ?? '', 10);
}
/** Reads the two columns of /proc/net/ip_vs_conn: an address and a port, both hexadecimal. */
export function readHexColumns(address, port) {
    if (!/^[0-9A-F]{4}$/i.test(port))
        return null;
    if (/^[0-9A-F]{8}$/.test(address))
        return { address: ofHex(address), port: Number.parseInt(port, 16) };
    return socketOf(address.replace(/^\[|\]$/g, ''), port, 16);
}
/** @returns the socket as ipvsadm prints it. */
export function formatSocket({ address, port }) {
    return socketText(address, port);
}
function ofHex(digits) {
    return { family: 'ipv4', value: BigInt(`0x${digits}`) };
}
function socketOf(text, port, radix) {
    const address = parseAddress(text);
    const number = radix === 10 && !/^\d+$/.test(port) ? Number.NaN : Number.parseInt(port, radix);
    return address === null || !(number <= 0xffff) ? null : { address, port: number };
}
