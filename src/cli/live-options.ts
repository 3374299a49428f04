import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Needs } from '../capture/live/live-state.ts';
import type { ClusterAccess } from '../command/kubectl-argv.ts';
import { whyNoSmallFile } from '../kubernetes/api/small-file.ts';
import { dictionary } from '../lookup/dictionary.ts';
import { type AccessOptions, clusterAccess } from './cluster-access.ts';
import type { LiveRequest, SourceRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

/** Options that say which live node to read and how, as commander hands them over. */
export interface LiveOptions extends AccessOptions {
  readonly node?: string;
  readonly via?: 'auto' | 'exec' | 'debug';
  readonly pod?: { readonly namespace: string; readonly name: string };
  readonly image?: string;
  readonly profile?: 'netadmin' | 'sysadmin';
  readonly debugNamespace?: string;
  readonly conntrack?: boolean;
  readonly showCommands?: boolean;
  readonly follow?: boolean;
  readonly showRole?: boolean;
  readonly selector?: string;
  readonly concurrency?: number;
  /** Seconds. */
  readonly sample?: number;
  readonly api?: boolean;
}

/** Adds the options of a live node. */
export function addLiveOptions(command: Command): Command {
  return addWayOptions(
    command.addOption(
      new Option('--node <name>', 'a live node, through kubectl (without -f and --node: this machine)')
        .argParser(noBlank('A node name'))
        .conflicts(['file', 'demo']),
    ),
  );
}

/** Adds the option of the commands that follow connections over nodes. */
export function addFollowOption(command: Command): Command {
  return command.addOption(
    new Option('--follow', 'read further nodes when the packet gets there, in the ways of --via').conflicts([
      'file',
      'demo',
    ]),
  );
}

/** @returns `-l`, for commands that read all nodes. */
export function selectorOption(): Option {
  return new Option(
    '-l, --selector <query>',
    '--all-nodes: those with these labels, as in kubectl',
  ).argParser(noBlank('A selector'));
}

/** @returns `--sample`, for commands that tell of counters. */
export function sampleOption(): Option {
  return new Option('--sample <seconds>', 'look at counters twice, so far apart: what grows now is told')
    .argParser((text: string) => {
      const seconds = Number(text);
      if (!/^\d+(?:\.\d+)?$/.test(text) || seconds < 0.5 || seconds > LONGEST_SAMPLE)
        throw new InvalidArgumentError(`Say seconds, from 0.5 to ${LONGEST_SAMPLE}.`);
      return seconds;
    })
    .conflicts(['file', 'demo', 'watch']);
}

/** A debug pod lives ten minutes. */
const LONGEST_SAMPLE = 300;

/** Throws UsageError where `-l` chooses among nodes that nobody asked for. */
export function requireAllNodes({ selector }: LiveOptions, allNodes: boolean): void {
  if (selector !== undefined && !allNodes)
    throw new UsageError('no-node', '--selector chooses among all nodes; say --all-nodes with it');
}

/** Adds how a live node is read, where its name is said otherwise. */
export function addWayOptions(command: Command): Command {
  return command
    .optionsGroup(LIVE)
    .addOption(
      new Option(
        '--via <way>',
        'exec (kube-proxy’s pod), debug (kubectl debug) or auto (default: auto)',
      ).choices(['auto', 'exec', 'debug']),
    )
    .addOption(new Option('--pod <namespace/name>', 'exec: the pod to ask').argParser(podOf))
    .addOption(
      new Option('--image <image>', 'debug: an image (default: busybox)').argParser(noBlank('An image')),
    )
    .addOption(
      new Option('--profile <name>', 'debug: netadmin or sysadmin').choices(['netadmin', 'sysadmin']),
    )
    .addOption(
      new Option('--debug-namespace <name>', 'debug: where its pod is made').argParser(
        noBlank('A namespace'),
      ),
    )
    .option('--no-conntrack', 'do not ask for live flows')
    .option('--show-commands', 'print what would be run, and run nothing')
    .option('--show-role', 'print the Role that this takes, and run nothing')
    .option('--kubeconfig <path>', 'as in kubectl', kubeconfigOf)
    .option('--context <name>', 'as in kubectl', noBlank('A context'))
    .addOption(asInKubectl('--cluster <name>', 'A cluster'))
    .addOption(asInKubectl('--user <name>', 'A user'))
    .addOption(asInKubectl('--token <token>', 'A token'))
    .addOption(asInKubectl('--as <user>', 'A user'))
    .addOption(
      new Option('--as-group <group>', 'as in kubectl').argParser((text, before?: readonly string[]) => [
        ...(before ?? []),
        noBlank('A group')(text),
      ]),
    )
    .option('--request-timeout <time>', 'as in kubectl: 10s, 1m, …', durationOf)
    .option('--no-api', 'names from the rules’ comments alone');
}

/** Who reads captures skips them: they are a group of their own, a line each. docs/live-nodes.md tells all. */
const LIVE = 'A live node and its cluster:';

/** @returns the live part of a request; it counts where neither -f nor --demo was given. Throws UsageError. */
export function liveRequest(options: LiveOptions, needs: Needs): LiveRequest {
  if (options.node === undefined) refuseWithoutNode(options, '--node');
  if (options.node === undefined && options.follow === true)
    throw new UsageError(
      'no-node',
      '--follow reads further nodes through kubectl; name the first with --node, or give captures of all with -f',
    );
  const conntrack = options.conntrack ?? true;
  return {
    target:
      options.node === undefined
        ? null
        : {
            node: options.node,
            via: options.via ?? 'auto',
            pod: options.pod ?? null,
            image: options.image ?? null,
            profile: options.profile ?? null,
            debugNamespace: options.debugNamespace ?? null,
          },
    access: accessOf(options),
    api: options.api ?? true,
    pods: [],
    needs: {
      ...(conntrack ? needs : { ...needs, flows: 'none' }),
      ...(options.sample === undefined ? {} : { sample: options.sample }),
    },
    showCommands: options.showCommands ?? false,
    ...(options.follow === true ? ({ follow: true } as const) : {}),
    showRole: options.showRole ?? false,
    ...(options.selector === undefined ? {} : { selector: options.selector }),
    ...(options.concurrency === undefined ? {} : { atOnce: options.concurrency }),
  };
}

/** @returns the sources, with what a question names besides; those that are no live node as they are. */
export function ofLive(
  sources: SourceRequest,
  named: Pick<Partial<LiveRequest>, 'pods' | 'asked'>,
): SourceRequest {
  return sources.live === undefined ? sources : { ...sources, live: { ...sources.live, ...named } };
}

function accessOf(options: LiveOptions): ClusterAccess {
  if (options.asGroup !== undefined && options.as === undefined)
    throw new UsageError('no-user', '--as-group says of which group a user is; name the user with --as');
  return clusterAccess(options);
}

/** kubectl's own option of that name, which it is handed. */
function asInKubectl(flags: string, what: string): Option {
  return new Option(flags, 'as in kubectl').argParser(noBlank(what));
}

const UNITS = dictionary<number>({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 });

/** Go's durations, and a bare number of seconds (clientcmd, `ParseTimeout`). @returns milliseconds. */
function durationOf(text: string): number {
  const seconds = /^\d+$/.test(text) ? `${text}s` : text;
  const parts = [...seconds.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join('') !== seconds || parts.length === 0)
    throw new InvalidArgumentError('A time is written as 30, 30s, 1m30s or 500ms.');
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** Without the node's name this machine would be read, which is not what was meant. */
export function refuseWithoutNode(
  { via, pod, image, profile, debugNamespace }: LiveOptions,
  naming: string,
): void {
  const given = { via, pod, image, profile, 'debug-namespace': debugNamespace };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new UsageError('no-node', `--${name} says how to reach a node; name the node with ${naming}`);
  }
}

function noBlank(what: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw new InvalidArgumentError(`${what} must not be empty.`);
    return text;
  };
}

/** kubectl gets the path too, and would read a device without end. */
function kubeconfigOf(text: string): string {
  const path = noBlank('A path')(text);
  const why = whyNoSmallFile(path);
  if (why !== null) throw new InvalidArgumentError(`It cannot be a kubeconfig: ${why}.`);
  return path;
}

function podOf(text: string): { namespace: string; name: string } {
  const slash = text.indexOf('/');
  const namespace = text.slice(0, Math.max(0, slash));
  const name = text.slice(slash + 1);
  if (namespace === '' || name === '' || name.includes('/')) {
    throw new InvalidArgumentError('A pod is named NAMESPACE/NAME, such as kube-system/kube-proxy-x7k2p.');
  }
  return { namespace, name };
}
