import type { ClusterAccess } from '../../command/kubectl-argv.ts';
import { quoteCommand } from '../../command/quote.ts';
import { ProblemList } from '../../problems/problem.ts';
import type { CommandResult } from './command-result.ts';
import { callKubectl, inNode, PROXY } from './imagined-cluster.ts';
import { ended, fileOn, flowsOn, type Imagined, MODE_MARK, proxyOn, runOn } from './imagined-node.ts';
import { Kubectl, type KubectlOptions } from './kubectl.ts';
import type { Lifeline } from './lifeline.ts';
import { type LiveTarget, readLiveState } from './live-state.ts';
import { localPlace } from './local-place.ts';
import { nodeNames } from './node-state.ts';
import type { Place } from './place.ts';
import type { Session } from './shell-session.ts';

/** What a run asked for, once. */
export interface Step {
  /** `local` on this machine, `session` for the shell of a pod, `pause`; else what kubectl is told to do. */
  readonly verb: string;
  /** As a line: a command, or a comment. */
  readonly line: string;
  /** See `Asking`. */
  readonly only: string | null;
  /** What makes it the same step in two runs: its words, but for the pod and for where in it the program is. */
  readonly key: string;
}

/** A command that is asked for. */
interface Noted {
  readonly verb: string;
  readonly argv: readonly string[];
  readonly key: readonly string[];
  readonly only: string | null;
  readonly isFollowed?: boolean;
}

/** @returns what reading the target asks for, in order, where the node is like that. Nothing is run. */
export async function recordRun(target: LiveTarget, imagined: Imagined): Promise<readonly Step[]> {
  const recorder = new Recorder(imagined, target.node?.node ?? '');
  await readLiveState(target, {
    lifeline: recorder.lifeline(),
    problems: new ProblemList(),
    iptablesModeMark: MODE_MARK,
    writtenBy: '',
    flowsWanted: async () => flowsOn(imagined),
    onFollow: async (node) => {
      const nobody = { onPiece: () => undefined, onWords: () => undefined };
      await node.follow({ ...nobody, until: NEVER });
    },
    instead: { machine: recorder.machine(), kubectl: recorder.kubectl(target.access) },
  });
  return recorder.steps;
}

/** @returns what tells which nodes a selector chooses; null: all. Nothing is run. */
export async function recordNames(access: ClusterAccess, selector: string | null): Promise<readonly Step[]> {
  const recorder = new Recorder({ iptables: 'nft', rich: true, bare: false }, '');
  await nodeNames(recorder.kubectl(access), selector);
  return recorder.steps;
}

const NEVER = new AbortController().signal;

/** Whom a run asks instead of a machine and a cluster: they answer as imagined, and note what they are asked. */
export class Recorder {
  readonly steps: Step[] = [];
  readonly imagined: Imagined;
  /** The node that is named; the pods are on it. */
  readonly node: string;
  /** What this record made up, and how it is shown. */
  readonly #shown = new Map([
    [`--container=${PROXY}`, '--container=CONTAINER'],
    [`configmap/${PROXY}`, 'configmap/CONFIGMAP'],
  ]);

  constructor(imagined: Imagined, node: string) {
    this.imagined = imagined;
    this.node = node;
  }

  /** Notes a command. The next turn comes before its answer, so that those who ask beside each other do so in order. */
  async note({ verb, argv, key, only, isFollowed = false }: Noted): Promise<void> {
    if (verb === 'debug')
      for (const word of argv) if (word.startsWith('--container=')) this.#shown.set(word, RANDOM);
    const shown = (word: string): string => this.#shown.get(word) ?? word;
    const line = quoteCommand(argv.map(shown)) + (isFollowed ? '  # only until it is interrupted' : '');
    this.#add({ verb, line, only, key: [verb, ...key.map(shown), only].join(' ') });
    await new Promise(setImmediate);
  }

  #add(step: Step): void {
    // A program that is looked for at a second place is asked for as before.
    if (this.steps.at(-1)?.key !== step.key) this.steps.push(step);
  }

  /** @returns what waits for nothing. */
  lifeline(): Lifeline {
    const line = (ms: number) => `# and ${ms / 1000} s later once more, for counters that grow:`;
    return {
      signal: NEVER,
      onStep: () => undefined,
      wait: async (ms) => this.#add({ verb: 'pause', line: line(ms), only: null, key: 'pause' }),
      say: () => undefined,
      guard: () => () => undefined,
    };
  }

  /** @returns this machine, with another's answers. */
  machine(): Place {
    const { imagined } = this;
    const run = async (argv: readonly string[], how: Pick<Noted, 'only' | 'isFollowed'>) => {
      await this.note({ verb: 'local', argv, key: argv, ...how });
      return runOn(imagined, argv);
    };
    return {
      ...localPlace(NEVER),
      run: async (argv, { only = null }) => await run(argv, { only }),
      follow: async (argv) => await run(argv, { only: null, isFollowed: true }),
      read: async (path) => fileOn(imagined, path),
      readMany: async (paths) => new Map(paths.map((path) => [path, fileOn(imagined, path)])),
      askKubeProxy: async (path, only = null) => {
        const line = `# http://127.0.0.1:10249${path} is read`;
        this.#add({ verb: 'local', line, only, key: line });
        return proxyOn(imagined);
      },
    };
  }

  /** @returns a kubectl that starts no process. */
  kubectl(access: ClusterAccess): Kubectl {
    return new RecordingKubectl(access, this);
  }
}

const RANDOM = '--container=kp-explain-RANDOM';

class RecordingKubectl extends Kubectl {
  readonly #access: ClusterAccess;
  readonly #record: Recorder;

  constructor(access: ClusterAccess, record: Recorder) {
    super(access, NEVER);
    this.#access = access;
    this.#record = record;
  }

  protected override withAccess(access: ClusterAccess): Kubectl {
    return new RecordingKubectl(access, this.#record);
  }

  override async run(
    args: readonly string[],
    { limits, follow }: KubectlOptions = {},
  ): Promise<CommandResult> {
    const [verb = ''] = args;
    const { imagined, node } = this.#record;
    const key = verb === 'exec' ? inNode(args.slice(args.indexOf('--') + 1)) : args;
    const how = { only: limits?.only ?? null, isFollowed: follow !== undefined };
    await this.#record.note({ verb, argv: this.argv(...args), key, ...how });
    return callKubectl(imagined, node, this.#access, args);
  }

  /** A shell that is gone at once: each command is then run by itself, and shows. */
  override session(args: readonly string[]): Session {
    const begun = this.#record.note({ verb: 'session', argv: this.argv(...args), key: [], only: null });
    return {
      run: async (argv) => {
        await begun;
        return { kind: 'closed', result: ended(argv, '') };
      },
      close: async () => undefined,
    };
  }
}
