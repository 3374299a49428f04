import { type Asking, type CommandLimits, type CommandResult, NO_LIMITS } from './command-result.ts';
import type { Kubectl } from './kubectl.ts';
import { describeKubectl } from './kubectl-failure.ts';
import type { Follow } from './run-command.ts';
import { SESSION_SCRIPT, type Session, ShellSession } from './shell-session.ts';

/** A running container in the node's network namespace. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
}

/** @returns the arguments that run a command in a pod. The pod is named by `pod/NAME`, which is never taken for an option. */
function execArgs(pod: PodRef, argv: readonly string[]): string[] {
  return ['exec', `pod/${pod.name}`, ...inPod(pod), '--', ...argv];
}

/** @returns the arguments that begin a shell in a pod, to which commands are then sent: one process and one login for all. */
function sessionArgs(pod: PodRef): string[] {
  return ['exec', `pod/${pod.name}`, ...inPod(pod), '--stdin', '--', 'sh', '-c', SESSION_SCRIPT];
}

function inPod({ namespace, container }: PodRef): string[] {
  return [`--namespace=${namespace}`, `--container=${container}`];
}

/**
 * Runs commands in a pod: in one session of its shell where the image has one, else each by a `kubectl exec` of the program
 * itself, because minimal images have none.
 */
export class PodCommands {
  readonly #kubectl: Kubectl;
  readonly #pod: PodRef;
  /** Null: of no use here. */
  #session: Session | null;
  #reached = false;

  constructor(kubectl: Kubectl, pod: PodRef) {
    this.#kubectl = kubectl;
    this.#pod = pod;
    this.#session = kubectl.session(sessionArgs(pod), `${pod.namespace}/${pod.name}`);
  }

  /**
   * Runs a command. @returns what came of it. Throws UnreachableError where kubectl did not get there with the first one, for
   * all others would wait for the same; InterruptedError.
   */
  async run(argv: readonly string[], asking: Asking): Promise<CommandResult> {
    return (await this.#inSession(argv, asking)) ?? (await this.#byItself(argv, asking));
  }

  /** Runs a command by itself that tells what happens until it is ended. Throws InterruptedError. */
  async follow(argv: readonly string[], follow: Follow): Promise<CommandResult> {
    const options = { limits: NO_LIMITS, follow, remote: true };
    return readRemote(await this.#kubectl.run(execArgs(this.#pod, argv), options), argv);
  }

  /** Ends the session. */
  async close(): Promise<void> {
    await this.#session?.close();
  }

  /** @returns null where the command has to be run by itself. */
  async #inSession(argv: readonly string[], limits: CommandLimits): Promise<CommandResult | null> {
    const session = this.#session;
    if (session === null || !ShellSession.carries(argv)) return null;
    const { kind, result } = await session.run(argv, limits);
    if (kind === 'ended') {
      this.#reached = true;
      return readShell(result);
    }
    if (kind === 'not-begun' && !saysHowItEnded(result)) {
      if (!this.#reached) throw this.#whyNot(result, ['sh']);
      return { ...result, failure: 'unreachable', exitStatus: null };
    }
    // There is no shell, or it was lost on the way. Others that wait for their turn find that out in the same way.
    if (this.#session === session) this.#session = null;
    return null;
  }

  async #byItself(argv: readonly string[], asking: Asking): Promise<CommandResult> {
    const done = await this.#kubectl.run(execArgs(this.#pod, argv), { limits: asking, remote: true });
    const result = readRemote(done, argv);
    if (!this.#reached && (result.failure === 'unreachable' || result.failure === 'timeout'))
      throw this.#whyNot(done, argv);
    this.#reached = true;
    return result;
  }

  #whyNot(result: CommandResult, argv: readonly string[]) {
    const shown = this.#kubectl.argv(...execArgs(this.#pod, argv));
    return describeKubectl(
      { ...result, argv: shown },
      `into pod ${this.#pod.namespace}/${this.#pod.name} to run commands`,
    );
  }
}

/** What container runtimes and chroot say where there is no such program. */
const NO_PROGRAM =
  /executable file not found|exec: .*: (?:stat .*: )?no such file or directory|chroot: (?:failed to run command|can't execute) .*No such file/i;

/** chroot itself fails where the node's file system is not there or may not be entered. */
const NO_HOST = /chroot: (?:cannot change root|can't change root)/i;

/** What kubectl adds where the remote command ended with a status of its own. */
const ENDED = /^command terminated with exit code (\d+)$/m;

/** True: kubectl got there, and it is the shell that could not be begun. */
function saysHowItEnded({ lastWords }: CommandResult): boolean {
  return NO_PROGRAM.test(lastWords) || ENDED.test(lastWords);
}

/** Tells what the remote program did from what kubectl itself did. */
function readRemote(result: CommandResult, argv: readonly string[]): CommandResult {
  const remote = { ...result, argv };
  if (result.failure !== 'status')
    return result.failure === 'missing' ? { ...remote, failure: 'unreachable' } : remote;
  if (NO_PROGRAM.test(result.lastWords) || NO_HOST.test(result.lastWords))
    return { ...remote, failure: 'missing' };
  const ended = ENDED.exec(result.lastWords);
  if (ended === null) return { ...remote, failure: 'unreachable', exitStatus: null };
  const lastWords = result.lastWords.replace(ENDED, '').trimEnd();
  return {
    ...remote,
    lastWords,
    exitStatus: Number(ended[1]),
    failure: ended[1] === '127' ? 'missing' : 'status',
  };
}

/** The shell tells the status of each program itself. */
function readShell(result: CommandResult): CommandResult {
  return result.failure === 'status' && NO_HOST.test(result.lastWords)
    ? { ...result, failure: 'missing' }
    : result;
}
