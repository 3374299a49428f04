import { shortCommand } from '../../command/quote.ts';
import type { FailedCommand, HowFailed } from '../../problems/of-nodes.ts';
import { wordsOf } from '../../problems/told-problem.ts';
import { type CommandLimits, type CommandResult, type Failure, MOST_WORDS } from './command-result.ts';
import { classifyKubectl } from './kubectl-failure.ts';
import type { Place } from './place.ts';

/** A problem of one command. */
export interface CommandProblem {
  readonly code: FailureCode;
  readonly args: FailedCommand;
}

const NOT_PERMITTED = /must be root|not permitted|permission denied|need to be root|requires root/i;

/** @returns true where the program said that it lacks the right to ask the kernel. */
export function isNotPermitted(result: CommandResult): boolean {
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
} as const satisfies Readonly<Record<Failure, string>>;

type FailureCode = (typeof CODES)[Failure];

/**
 * @param probe what was run and what is lost without it.
 * @returns the problem: the command, how it ended with which last words, what the answer lacks, and the way out.
 */
export function describeFailure(
  result: CommandResult,
  probe: { readonly packageName: string; readonly limits: CommandLimits; readonly lost: string },
  place: Place,
): CommandProblem {
  const failure = result.failure ?? 'status';
  const advice = adviceOn(failure, result, result.argv[0] ?? '', probe.packageName, place);
  const how = HOW[failure](result, probe.limits);
  return {
    code: CODES[failure],
    args: { command: shortCommand(result.argv), how, lost: probe.lost, advice },
  };
}

/** @returns it in one sentence, the node before it, for what ends a run. */
export function failureText({ code, args }: CommandProblem, { prefix }: Pick<Place, 'prefix'>): string {
  return `${prefix}${wordsOf(code, args)}`;
}

const HOW: Readonly<Record<Failure, (result: CommandResult, limits: CommandLimits) => HowFailed>> = {
  'cut-off': ({ lastWords }) => ({ failure: 'cut-off', why: lastWords }),
  missing: () => ({ failure: 'missing' }),
  status: ({ exitStatus, lastWords }) => ({
    failure: 'status',
    status: exitStatus,
    said: lastLine(lastWords),
  }),
  timeout: (_, { timeoutMs }) => ({ failure: 'timeout', seconds: timeoutMs / 1000 }),
  'too-large': (_, { maxBytes }) => ({ failure: 'too-large', limit: maxBytes }),
  'too-wordy': () => ({ failure: 'too-wordy', limit: MOST_WORDS }),
  signal: ({ lastWords }) => ({ failure: 'signal', said: lastLine(lastWords) }),
  unreachable: ({ lastWords }) => ({ failure: 'unreachable', said: lastLine(lastWords) }),
};

function adviceOn(
  failure: Failure,
  result: CommandResult,
  program: string,
  packageName: string,
  place: Place,
): string {
  if (failure === 'missing') return place.advice.missing(program, packageName);
  if (failure === 'unreachable') return classifyKubectl(result.lastWords).advice;
  if (failure === 'cut-off') return 'run kp-explain again, or on the node itself';
  return isNotPermitted(result) ? place.advice.notPermitted : '';
}

/** The last line says most; the ones before it are warnings. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const last = lines.at(-1)?.trim() ?? '';
  // iptables and ipset follow the cause with a line that only repeats that there was one.
  const cause = lines.findLast((line) => NOT_PERMITTED.test(line))?.trim();
  return cause ?? last;
}
