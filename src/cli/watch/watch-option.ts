import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Format } from '../../render/format.ts';
import { podThatTells } from '../pods-node.ts';
import type { CommonRequest, SourceRequest, Watched } from '../requests.ts';
import { UsageError } from '../usage-error.ts';

/** Seconds between answers where none are told: of files and this machine, and of what kubectl reaches. */
const NEAR = 2;
const FAR = 10;

/** Adds that the command may answer again and again. */
export function addWatchOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--watch [seconds]',
      `answer again and again, and mark what changed; Ctrl-C ends it (default: every ${NEAR} s, through kubectl every ${FAR} s)`,
    ).argParser((text: string) => {
      const seconds = Number(text);
      if (text !== '' && (!/^\d+(?:\.\d+)?$/.test(text) || seconds < 0.5 || seconds > 86_400))
        throw new InvalidArgumentError('Say seconds, from 0.5 to 86400.');
      return text;
    }),
  );
}

/**
 * @param watch what was typed behind `--watch`; undefined: it was not
 * @param asked what is asked for, which may stand on standard input
 * @returns the request, to be answered again and again where that was asked for. Throws UsageError where it cannot be.
 */
export function watched<F extends Format, R extends Pick<CommonRequest<F>, 'sources' | 'output'>>(
  request: R,
  watch: string | undefined,
  asked = '',
): R & Watched {
  if (watch === undefined) return request;
  const { sources, output } = request;
  if (output !== 'text') throw new UsageError('watch', `--watch writes text, and not ${output}`);
  if (asked === '-' || sources.files.includes('-'))
    throw new UsageError('watch', 'standard input can be read once, and --watch reads again and again');
  const isLive = sources.files.length === 0 && sources.demo === false;
  const isFar = (isLive && sources.live?.target != null) || podThatTells(sources) !== null;
  const seconds = watch === '' ? (isFar ? FAR : NEAR) : Number(watch);
  return { ...request, sources: withoutDebugPods(sources), watch: seconds };
}

/** A debug pod for each answer would be a pod every few seconds. Throws UsageError where one was asked for. */
function withoutDebugPods(sources: SourceRequest): SourceRequest {
  const { live } = sources;
  if (live == null || live.target === null) return sources;
  if (live.target.via === 'debug')
    throw new UsageError(
      'watch',
      '--watch would make a debug pod for each answer: say --via exec, or watch on the node itself',
    );
  return { ...sources, live: { ...live, target: { ...live.target, via: 'exec' } } };
}
