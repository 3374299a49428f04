/**
 * Captured text can hold anything: a rule comment may carry the control codes that clear a terminal or the marks that
 * reverse the reading order. Whatever is shown passes one of these.
 */
/**
 * Controls, DEL, marks that steer reading order, lone surrogates and code points without a character (C); line and paragraph
 * separators; and what is not to be seen (Default_Ignorable_Code_Point: U+00AD, U+200B-F, U+2060, U+FEFF, fillers, variation
 * selectors, tags), which hides differences between names. Variation selectors and joiners within an emoji are among them: there
 * is no emoji in a name of Kubernetes.
 */
const UNSEEN = '[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';
/**
 * What a CI takes for a command in the log of a program: `##[error]` of GitHub and `##vso[…]` of Azure anywhere in a line, and
 * `::error file=…::` where a line begins so, blanks not counted (actions/runner, ActionCommand.cs). No IPv6 address has `::` twice.
 */
const OLD_COMMAND = '(?<=#)#(?=\\[|vso\\[)';
const COMMAND = ':(?=:[a-zA-Z][\\w-]*(?: [^\\n]*)?::)';
const UNSAFE = new RegExp(`${UNSEEN}|${OLD_COMMAND}|${COMMAND}`, 'gu');
const ANY_UNSAFE = new RegExp(UNSAFE.source, 'u');
/** The same without tab and newline, which a document's own layout uses; no line of one begins with text of somebody else. */
const UNSAFE_IN_DOCUMENT = new RegExp(`(?![\\t\\n])${UNSEEN}|${OLD_COMMAND}`, 'gu');
const SHORT = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** @returns the captured string with each unsafe character as a visible escape: `\x1b`, `\n`, `\u202e`. One line, always. */
export function escapeTerminal(text) {
    return text.replace(UNSAFE, visible);
}
/**
 * @returns text of several lines, as the program made it, safe for a terminal: escapes as above, newlines stay. For
 * messages that were built elsewhere and may quote captured text.
 */
export function escapeLines(text) {
    return text.split('\n').map(escapeTerminal).join('\n');
}
/**
 * @returns the message of an error as {@link escapeLines} does, where only what is set in by two blanks is a line of its own, as
 * the program lays messages out: a file whose name holds a line end cannot say anything by itself.
 */
export function escapeMessage(text) {
    return text
        .split(/\n(?= {2})/)
        .map(escapeTerminal)
        .join('\n');
}
/**
 * @returns a whole JSON document, or YAML whose unsafe strings are double-quoted, with what is unsafe on a terminal
 * as `\uXXXX`; reading it back gives the same values.
 */
export function escapeDocument(text) {
    return text.replace(UNSAFE_IN_DOCUMENT, (character) => [...unitsOf(character)].map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join(''));
}
/** @returns true where the string holds a character that is not shown as it is. */
export function isUnsafe(text) {
    return ANY_UNSAFE.test(text);
}
function visible(character) {
    const short = SHORT[character];
    if (short !== undefined)
        return short;
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code > 0xffff)
        return `\\u{${hex}}`;
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
/** JSON and YAML write a character beyond U+FFFF as two. */
function* unitsOf(character) {
    for (let at = 0; at < character.length; at++)
        yield character.charCodeAt(at);
}
