import { basename } from 'node:path';
import { openOutputs } from './outputs.js';
/** @returns the real process. Call it once: it sets up what happens where an output cannot be written. */
export function processIo() {
    const { out, err } = openOutputs();
    return {
        programName: programNameOf(process.argv[1] ?? ''),
        env: process.env,
        // Some terminals say 0.
        columns: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : null,
        rows: process.stdout.isTTY && process.stdout.rows > 0 ? process.stdout.rows : null,
        showsProgress: process.stderr.isTTY,
        out,
        err,
        stdin() {
            if (process.stdin.isTTY)
                err('reading standard input; end it with Ctrl-D\n');
            return process.stdin;
        },
    };
}
/** kubectl runs plugins as `kubectl-kp_explain`, and people type `kubectl kp-explain`. */
export function programNameOf(script) {
    return basename(script).startsWith('kubectl-kp_explain') ? 'kubectl kp-explain' : 'kp-explain';
}
