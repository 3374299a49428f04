/** @returns the command that runs one program. */
export function command(...argv) {
    return { runs: [{ argv, joint: null, into: null }] };
}
/** @returns the command with the output of its last program written to a file. */
export function into(file, { runs }) {
    return { runs: runs.map((run, index) => (index === runs.length - 1 ? { ...run, into: file } : run)) };
}
/** @returns several commands as one line. */
export function joined(joint, ...commands) {
    return {
        runs: commands.flatMap(({ runs }, at) => runs.map((run, index) => (index === 0 && at > 0 ? { ...run, joint } : run))),
    };
}
