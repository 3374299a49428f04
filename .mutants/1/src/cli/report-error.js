import { escapeLines, escapeMessage } from '../render/escape.js';
import { renderJson } from '../render/json.js';
import { EXIT, statusOfError } from './exit-status.js';
/** Writes one clear message to standard error, as JSON where the command line asked for JSON. @returns the exit status. */
export function reportError(error, argv, io) {
    const status = statusOfError(error);
    io.err(asksForJson(argv) ? renderJson(errorDocument(error, status)) : errorText(error, status));
    return status;
}
/** @returns true where `-o json` stands on the command line, which may not have been understood. */
export function asksForJson(argv) {
    return argv.some((word, index) => word === '-ojson' ||
        word === '--output=json' ||
        ((word === '-o' || word === '--output') && argv[index + 1] === 'json'));
}
const BUG = 'this is a bug in kp-explain; please report it with the command line and, if you may share it, the input';
function errorText(error, status) {
    const { message, stack } = partsOf(error);
    if (status !== EXIT.bug)
        return `error: ${escapeMessage(message)}\n`;
    return `error: ${escapeMessage(message)}\n${BUG}\n${escapeLines(stack)}\n`;
}
function errorDocument(error, status) {
    const { message, stack } = partsOf(error);
    const bug = status === EXIT.bug;
    return {
        apiVersion: 'kp-explain/v1',
        kind: 'Error',
        error: {
            code: bug ? 'bug' : field(error, 'code'),
            message: bug ? `${message}; ${BUG}` : message,
            file: field(error, 'file'),
            exitStatus: status,
            ...(bug ? { stack } : {}),
        },
    };
}
function partsOf(error) {
    if (!(error instanceof Error))
        return { message: String(error), stack: '' };
    return { message: error.message, stack: error.stack ?? '' };
}
function field(error, name) {
    if (typeof error !== 'object' || error === null)
        return null;
    const value = new Map(Object.entries(error)).get(name);
    return typeof value === 'string' ? value : null;
}
