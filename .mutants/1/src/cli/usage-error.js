import { EXIT } from './exit-status.js';
/** The command line asks for something that cannot be meant. */
export class UsageError extends Error {
    name = 'UsageError';
    exitStatus = EXIT.usage;
    code;
    /** @param message says what is wrong and how to say it right. */
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}
