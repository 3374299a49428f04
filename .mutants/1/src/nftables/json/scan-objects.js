const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
/**
 * Finds the objects of `{"nftables": [ … ]}` without parsing them: a listing of 96 MB holds 330,000, of which a packet
 * meets a few dozen.
 * @returns null where there is no such list; else whether the list was closed, and the byte behind the last whole object.
 */
export function scanObjects(bytes, { each }) {
    const name = bytes.indexOf('"nftables"');
    const list = name < 0 ? -1 : bytes.indexOf(OPEN_LIST, name);
    if (list < 0)
        return null;
    const { length } = bytes;
    let depth = 0;
    let start = 0;
    let end = list + 1;
    for (let at = list + 1; at < length; at++) {
        const code = bytes[at];
        if (code === QUOTE) {
            at = endOfString(bytes, at + 1);
        }
        else if (code === OPEN || code === OPEN_LIST) {
            if (depth++ === 0)
                start = at;
        }
        else if (code === CLOSE || code === CLOSE_LIST) {
            if (depth === 0)
                return { closed: true, end };
            if (--depth === 0) {
                end = at + 1;
                each(start, end);
            }
        }
    }
    return { closed: false, end };
}
/** @returns where the closing quote stands. */
function endOfString(bytes, from) {
    for (let at = from; at < bytes.length; at++) {
        if (bytes[at] === BACKSLASH)
            at++;
        else if (bytes[at] === QUOTE)
            return at;
    }
    return bytes.length;
}
