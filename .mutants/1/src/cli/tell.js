import { writeSync } from 'node:fs';
/** How often a full pipe is tried again, every `PAUSE_MS`. */
const ATTEMPTS = 50;
const PAUSE_MS = 10;
/**
 * Writes to standard error before it returns, as the last thing before an end.
 * @returns false where nobody can read it any more: the terminal is closed, the pipe has no reader.
 */
export function tell(text) {
    let rest = Buffer.from(text);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        try {
            rest = rest.subarray(writeSync(2, rest));
            if (rest.length === 0)
                return true;
        }
        catch (error) {
            if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN'))
                return false;
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
        }
    }
    return false;
}
