import { escapeLines } from '../escape.js';
/**
 * The escape function of GitHub's workflow commands, as @actions/core escapes the message of one; newlines stay newlines of the
 * annotation, and no line of the text can begin a command of its own.
 */
export function escapeWorkflowData(text) {
    return escapeLines(text).replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
/** @returns the same for the value of a property: `title=…`. */
export function escapeWorkflowProperty(text) {
    return escapeWorkflowData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
