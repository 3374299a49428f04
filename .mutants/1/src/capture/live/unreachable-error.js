/** The node or the cluster that was asked for cannot be reached. Ends the run with exit status 3. */
export class UnreachableError extends Error {
    name = 'UnreachableError';
    /** The contract's status for what cannot be reached. */
    exitStatus = 3;
    /** Stable, for scripts: `no-kubectl`, `forbidden`, `no-such-node`, … */
    code;
    /** @param message says what was tried, what went wrong, and the way out. */
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}
/** The user interrupted the run. What was made for it is removed before this is thrown on. */
export class InterruptedError extends Error {
    name = 'InterruptedError';
    code = 'interrupted';
    /** The shell's own for the signal: 128 and its number. */
    exitStatus;
    constructor(exitStatus) {
        super('interrupted');
        this.exitStatus = exitStatus;
    }
}
