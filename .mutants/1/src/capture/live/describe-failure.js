import { shortCommand } from '../../command/quote.js';
import { formatBytes } from '../limits.js';
import { MOST_WORDS } from './command-result.js';
import { classifyKubectl } from './kubectl-failure.js';
const NOT_PERMITTED = /must be root|not permitted|permission denied|need to be root|requires root/i;
/** @returns true where the program said that it lacks the right to ask the kernel. */
export function isNotPermitted(result) {
    return result.failure === 'status' && NOT_PERMITTED.test(result.lastWords);
}
const CODES = {
    'cut-off': 'dump-cut-off',
    missing: 'command-missing',
    status: 'command-failed',
    timeout: 'command-timeout',
    'too-large': 'output-too-large',
    'too-wordy': 'output-too-large',
    signal: 'command-failed',
    unreachable: 'node-unreachable',
};
/**
 * @param probe what was run and what is lost without it.
 * @returns the problem: the command, how it ended, its last words, what the answer lacks, and the way out.
 */
export function describeFailure(result, probe, place) {
    const command = `\`${shortCommand(result.argv)}\``;
    const program = result.argv[0] ?? '';
    const failure = result.failure ?? 'status';
    const said = result.lastWords === '' ? '' : `: ${lastLine(result.lastWords)}`;
    const how = {
        'cut-off': `was cut off twice on its way here (${result.lastWords})`,
        missing: 'does not exist there',
        status: `ended with status ${result.exitStatus}${said}`,
        timeout: `did not end within ${probe.limits.timeoutMs / 1000} s and was stopped`,
        'too-large': `wrote more than ${formatBytes(probe.limits.maxBytes)} and was stopped`,
        'too-wordy': `wrote more than ${formatBytes(MOST_WORDS)} of messages and was stopped`,
        signal: `was ended by a signal${said}`,
        unreachable: `could not be run${said}`,
    };
    const advice = adviceOn(failure, result, program, probe.packageName, place);
    const wayOut = advice === '' ? '' : ` (${advice})`;
    return {
        code: CODES[failure],
        message: `${place.prefix}${command} ${how[failure]}; ${probe.lost}${wayOut}`,
    };
}
function adviceOn(failure, result, program, packageName, place) {
    if (failure === 'missing')
        return place.advice.missing(program, packageName);
    if (failure === 'unreachable')
        return classifyKubectl(result.lastWords).advice;
    if (failure === 'cut-off')
        return 'run kp-explain again, or on the node itself';
    return isNotPermitted(result) ? place.advice.notPermitted : '';
}
/** The last line says most; the ones before it are warnings. */
function lastLine(text) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const last = lines.at(-1)?.trim() ?? '';
    // iptables and ipset follow the cause with a line that only repeats that there was one.
    const cause = lines.findLast((line) => NOT_PERMITTED.test(line))?.trim();
    return cause ?? last;
}
