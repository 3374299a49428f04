/**
 * The user gave something that cannot be read at all: a missing file, a folder without a capture. Ends the run with
 * exit status 2. Everything short of that is a problem and the answer goes on.
 */
export class InputError extends Error {
    name = 'InputError';
    /** The contract's status for wrong usage and unreadable input. */
    exitStatus = 2;
    /** Stable, for scripts: `no-such-file`, `unreadable-file`, `no-rules`, … */
    code;
    /** The file as the user named it, or null. */
    file;
    /** @param message names the file, what is wrong, and the way out. */
    constructor(code, message, file = null) {
        super(message);
        this.code = code;
        this.file = file;
    }
}
