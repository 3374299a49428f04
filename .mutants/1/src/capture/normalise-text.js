/** Inputs saved on Windows (`kubectl … > file` in PowerShell) come as UTF-16 or with CRLF; parsers see plain UTF-8 lines. */
/** @returns true where the head needs no change: no byte order mark, no carriage return at a line's end. */
export function isPlainText(head) {
    return byteOrderMark(head) === null && !hasCarriageReturns(head);
}
/** @returns the text as UTF-8 without byte order mark and with LF line ends; the same buffer where nothing had to change. */
export function normaliseText(raw) {
    const mark = byteOrderMark(raw);
    let bytes = raw;
    if (mark === 'utf8')
        bytes = raw.subarray(3);
    else if (mark === 'utf16le')
        bytes = decodeUtf16(raw.subarray(2));
    else if (mark === 'utf16be')
        bytes = decodeUtf16(swapped(raw.subarray(2)));
    if (!hasCarriageReturns(bytes.subarray(0, 64 * 1024)))
        return bytes;
    return dropCarriageReturns(bytes);
}
function byteOrderMark(bytes) {
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
        return 'utf8';
    if (bytes[0] === 0xff && bytes[1] === 0xfe)
        return 'utf16le';
    if (bytes[0] === 0xfe && bytes[1] === 0xff)
        return 'utf16be';
    return null;
}
function hasCarriageReturns(bytes) {
    return bytes.includes('\r\n') && !bytes.includes(0);
}
function decodeUtf16(bytes) {
    return Buffer.from(bytes.subarray(0, bytes.length & ~1).toString('utf16le'), 'utf8');
}
function swapped(bytes) {
    return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
}
function dropCarriageReturns(bytes) {
    const out = Buffer.allocUnsafe(bytes.length);
    let length = 0;
    for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i] ?? 0;
        if (byte === 13 && bytes[i + 1] === 10)
            continue;
        out[length++] = byte;
    }
    return out.subarray(0, length);
}
