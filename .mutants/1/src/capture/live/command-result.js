/** What one command may cost at most: well below the longest string of V8 (512 MiB), so that any output can be a text. */
export const LARGEST_OUTPUT = 448 * 1024 * 1024;
/** Bytes of standard error, which is never large: a program that floods it is ended. */
export const MOST_WORDS = 8 * 1024 * 1024;
/** How much of standard error is told. */
const LAST_WORDS = 2000;
/** @returns the end of what a program wrote to standard error. */
export function lastWordsOf(stderr) {
    const text = stderr.toString('utf8').trimEnd();
    return text.length <= LAST_WORDS ? text : `… ${text.slice(-LAST_WORDS)}`;
}
/** @returns what comes of a command whose program does not exist there. */
export function notThere(argv) {
    return {
        argv,
        stdout: Buffer.alloc(0),
        lastWords: '',
        exitStatus: null,
        failure: 'missing',
        durationMs: 0,
    };
}
