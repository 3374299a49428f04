import { type ClusterAccess, kubectlArgv, shownKubectl } from '../../command/kubectl-argv.ts';
import { fieldsOf, objectOf, objectsOf, textOf } from '../../json/fields.ts';
import { parseJson } from '../../json/read-json.ts';
import type { Asking, CommandLimits, CommandResult } from './command-result.ts';
import { describeKubectl } from './kubectl-failure.ts';
import { promptOnTheWay } from './prompts.ts';
import { type Follow, runCommand } from './run-command.ts';
import { type Session, ShellSession } from './shell-session.ts';

/** Questions to the API server are small; lists of pods are the largest. */
const QUESTION: CommandLimits = { timeoutMs: 30_000, maxBytes: 256 * 1024 * 1024 };

/** Shows the context in use; kubectl leaves secrets out of it. */
const CONFIG_ARGS = ['config', 'view', '--minify', '-o', 'json'];

/**
 * Settings of the user stay out: a kuberc may give `delete` the option `--interactive`, which then asks nobody, removes
 * nothing and ends well. kubectl reads it since 1.33 (alpha, if KUBECTL_KUBERC is true) and 1.34 (always, unless KUBERC is
 * off or KUBECTL_KUBERC false); older ones know neither. Options given in words would fail where they are not known.
 */
export const NO_SETTINGS: Readonly<Record<string, string>> = { KUBERC: 'off', KUBECTL_KUBERC: 'false' };

/** What a run of kubectl may ask for besides its arguments. */
export interface KubectlOptions {
  readonly limits?: Asking;
  /** True: an interrupt does not end it, because it makes or removes something in the cluster. */
  readonly uninterrupted?: boolean;
  /** For a command that runs until somebody ends it. */
  readonly follow?: Follow;
  /** True: what it writes to standard error is a node's, so that none of it asks the user for a login. */
  readonly remote?: boolean;
}

/** What a login may ask is shown to the user. */
export type OnPrompt = (text: string) => void;

/** kubectl as a program: found on PATH, never through a shell, each argument as it is. */
export class Kubectl {
  readonly #access: ClusterAccess;
  readonly #signal: AbortSignal;
  readonly #onPrompt: OnPrompt;

  /** @param onPrompt is told what a login asks; absent: nobody is asked. */
  constructor(access: ClusterAccess, signal: AbortSignal, onPrompt: OnPrompt = () => undefined) {
    this.#access = access;
    this.#signal = signal;
    this.#onPrompt = onPrompt;
  }

  /** @returns the whole command line of a call, for reading: without its secrets. */
  argv(...args: readonly string[]): string[] {
    return shownKubectl(this.#access, args);
  }

  /** Throws InterruptedError once the user interrupted the run. */
  throwIfInterrupted(): void {
    this.#signal.throwIfAborted();
  }

  /**
   * Fixes which cluster is meant, so that a pod is removed where it was made even if the kubeconfig's current context is
   * changed meanwhile.
   * @returns a kubectl with the context named, and the context's namespace; `default` where there is none.
   */
  async pinned(): Promise<{ readonly kubectl: Kubectl; readonly namespace: string }> {
    const result = await this.run(CONFIG_ARGS);
    const config = result.failure === null ? objectOf(parseJson(result.stdout.toString('utf8'))) : null;
    const current = textOf(config?.['current-context']);
    const [context] = objectsOf(config?.contexts);
    const namespace = textOf(fieldsOf(context?.context).namespace);
    const access = current === null ? this.#access : { ...this.#access, context: current };
    return { kubectl: this.withAccess(access), namespace: namespace ?? 'default' };
  }

  /** @returns one of the same kind that means another cluster. */
  protected withAccess(access: ClusterAccess): Kubectl {
    return new Kubectl(access, this.#signal, this.#onPrompt);
  }

  /** Runs kubectl. @returns what came of it. Throws InterruptedError. */
  async run(args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> {
    const limits = options.limits ?? QUESTION;
    const result = await runCommand(kubectlArgv(this.#access, args), {
      ...limits,
      timeoutMs: options.follow === undefined ? this.#within(limits.timeoutMs) : limits.timeoutMs,
      // A Ctrl-C in the terminal must not end kubectl while it makes or removes a pod: kp-explain ends it in order.
      detached: true,
      env: NO_SETTINGS,
      ...(options.uninterrupted === true ? {} : { signal: this.#signal }),
      ...options.follow,
      ...(options.remote === true ? {} : { onPrompt: this.#onPrompt }),
    });
    return { ...result, argv: this.argv(...args) };
  }

  /**
   * @param pod where the shell is, as `NAMESPACE/NAME`
   * @returns a shell that `args` begin, to which commands are sent one after the other. Nothing runs before the first.
   */
  session(args: readonly string[], pod: string): Session {
    return new ShellSession({
      argv: kubectlArgv(this.#access, args),
      env: NO_SETTINGS,
      signal: this.#signal,
      startMs: this.#within(QUESTION.timeoutMs),
      // Until the shell answers nothing tells what kubectl wrote from what the pod did.
      onPrompt: (text) => this.#onPrompt(promptOnTheWay(text, pod)),
    });
  }

  #within(ms: number): number {
    return Math.min(ms, this.#access.requestTimeoutMs ?? ms);
  }

  /**
   * Runs `kubectl … -o json`.
   * @param what is asked for, in words: `the pods of node-1`. @param only see `Asking`
   * @returns the object. Throws UnreachableError where kubectl fails or prints no JSON object; InterruptedError.
   */
  async getJson(
    args: readonly string[],
    what: string,
    only: string | null = null,
  ): Promise<Record<string, unknown>> {
    const result = await this.run([...args, '-o', 'json'], { limits: { ...QUESTION, only } });
    if (result.failure !== null) throw describeKubectl(result, what);
    const value = objectOf(parseJson(result.stdout.toString('utf8')));
    if (value === null)
      throw describeKubectl(
        { ...result, failure: 'status', lastWords: 'its output is no JSON object' },
        what,
      );
    return value;
  }
}
