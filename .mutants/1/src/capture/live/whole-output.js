/** How much of an output's end is looked at. */
const TAIL = 64 * 1024;
/**
 * Tells whether an output reached us whole. A stream through kubectl can lose its end and still be called a success, and
 * half a dump looks like a smaller rule set.
 * @param file the file of the contract, which tells what the output is.
 * @returns why it is not whole, as a clause; null where it is, or where nothing tells.
 */
export function whyCutOff(file, result) {
    if (result.failure !== null)
        return null;
    const tail = result.stdout.subarray(-TAIL).toString('utf8');
    if (tail.trim() === '')
        return null;
    if (file.endsWith('tables-save.txt') || file.endsWith('legacy-save.txt')) {
        return lastStatement(tail) === 'COMMIT' ? null : 'it does not end with COMMIT';
    }
    if (file.endsWith('.json'))
        return /[\]}]\s*$/.test(tail) ? null : 'its JSON has no end';
    const told = FLOWS_SHOWN.exec(result.lastWords)?.[1];
    if (told === undefined)
        return null;
    const lines = countLines(result.stdout);
    return lines === Number(told) ? null : `conntrack told of ${told} flows and ${lines} arrived`;
}
/** What `conntrack -L` writes to standard error when it is done. */
export const FLOWS_SHOWN = /^conntrack v\S+ \(conntrack-tools\): (\d+) flow entries have been shown\.$/m;
/** The last line that is no comment; a dump without tables has none. */
function lastStatement(tail) {
    const lines = tail.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    return lines.at(-1)?.trim() ?? 'COMMIT';
}
function countLines(bytes) {
    let count = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1))
        count++;
    return bytes.length > 0 && bytes.at(-1) !== 10 ? count + 1 : count;
}
