/** @returns what is told of a capture or node that could not be checked. */
export function notChecked(error, file) {
    const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, '; ');
    return { code: 'capture-not-checked', message: `not checked: ${message}`, file, line: null };
}
