const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
/** Anything else that Unicode calls white space: the blanks of web pages and word processors, \v, \f, a stray \r. */
const OTHER_BLANKS = /[^\S \t\r\n]|\r(?!\n)/g;
/**
 * The one definition of a blank for all that reads iptables' text, as characters or as bytes of UTF-8.
 * @returns true for space and tab, which are all that separates words for iptables-restore (`add_param_to_argv`, iptables
 * 1.8). Any other control code or blank is a part of its word.
 */
export function isBlank(code) {
    return code === SPACE || code === TAB;
}
/** @returns true where no word goes on at this place: a blank, a line's end (LF or CRLF), or the end of the bytes. */
export function endsWord(bytes, at) {
    const byte = bytes[at];
    if (byte === undefined)
        return true;
    // Most bytes of a word are above the blanks: they are told by one comparison.
    if (byte > SPACE)
        return false;
    if (byte !== RETURN)
        return byte === NEWLINE || isBlank(byte);
    return at + 1 >= bytes.length || bytes[at + 1] === NEWLINE;
}
/** @returns the place of the first byte that is no blank. */
export function skipBlanks(bytes, start) {
    let at = start;
    while (isBlank(bytes[at]))
        at++;
    return at;
}
/**
 * What `iptables -L` prints is for people, and comes by way of web pages and chats that put other blanks for spaces.
 * @returns the text with a space for each of them, of the same length: behind this, {@link isBlank} knows every blank there
 * is, and `\s` in an expression means the same.
 */
export function withPlainBlanks(text) {
    return text.replace(OTHER_BLANKS, ' ');
}
