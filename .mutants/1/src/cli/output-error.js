import { EXIT } from './exit-status.js';
/** A file that was asked for could not be written: nobody got the answer. */
export class OutputError extends Error {
    name = 'OutputError';
    exitStatus = EXIT.unwritten;
    code = 'unwritable';
    file;
    constructor(path, cause) {
        super(`cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
        this.file = path;
    }
}
