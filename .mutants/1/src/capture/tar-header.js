const CHECKSUM_AT = 148;
/** @returns true where the block holds only zeros: the end of an archive. */
export function isZeroBlock(block) {
    for (const byte of block)
        if (byte !== 0)
            return false;
    return true;
}
/**
 * Reads one header block (POSIX.1-1988 ustar; base-256 sizes of GNU tar).
 * @returns the header, or null where the checksum or a number is wrong: not a tar, or a damaged one.
 */
export function parseTarHeader(block) {
    const told = octal(block, CHECKSUM_AT, 8);
    if (told === null || told !== checksum(block))
        return null;
    const size = number(block, 124, 12);
    if (size === null)
        return null;
    const typeByte = block[156] ?? 0;
    const type = typeByte === 0 ? '0' : String.fromCharCode(typeByte);
    const name = text(block, 0, 100);
    // GNU tar (magic `ustar  `) uses the prefix field for other things.
    const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : '';
    return { name: prefix === '' ? name : `${prefix}/${name}`, size, type };
}
/** Reads pax records, `LENGTH KEY=VALUE\n` each. @returns path and size where given. */
export function parsePax(body) {
    let path = null;
    let size = null;
    let at = 0;
    while (at < body.length) {
        const space = body.indexOf(0x20, at);
        if (space < 0)
            break;
        const length = Number(body.toString('latin1', at, space));
        if (!Number.isInteger(length) || length <= space - at + 1)
            break;
        const record = body.toString('utf8', space + 1, at + length - 1);
        const equals = record.indexOf('=');
        const key = record.slice(0, equals);
        const value = record.slice(equals + 1);
        if (key === 'path')
            path = value;
        if (key === 'size' && /^\d+$/.test(value))
            size = Number(value);
        at += length;
    }
    return { path, size };
}
function checksum(block) {
    let sum = 0;
    for (let i = 0; i < 512; i++) {
        sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? 0x20 : (block[i] ?? 0);
    }
    return sum;
}
function text(block, from, length) {
    const end = block.indexOf(0, from);
    return block.toString('utf8', from, end < 0 || end > from + length ? from + length : end);
}
function number(block, from, length) {
    const first = block[from] ?? 0;
    if ((first & 0x80) === 0)
        return octal(block, from, length);
    let value = BigInt(first & 0x7f);
    for (let i = 1; i < length; i++)
        value = (value << 8n) | BigInt(block[from + i] ?? 0);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value);
}
function octal(block, from, length) {
    const digits = block
        .toString('latin1', from, from + length)
        .replace(/[\0 ]+$/, '')
        .trim();
    if (digits === '')
        return 0;
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}
