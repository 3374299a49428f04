import { formatBytes, orList } from '../words/numbers.ts';
import type { Wording } from './wording.ts';

/** What reading a node, or the API server, may have. */
export interface NodeProblems extends Readonly<Record<ApiFault, ApiProblem>> {
  'command-missing': FailedCommand | MissingPrograms;
  'dump-cut-off': FailedCommand;
  'command-failed': FailedCommand;
  'command-timeout': FailedCommand;
  'output-too-large': FailedCommand;
  'node-unreachable': FailedCommand;
  'recent-unreadable': { readonly folder: string; readonly why: string };
  /** `nft -j list ruleset`, beside a dump so large that nft would take gigabytes. `lost` as in `FailedCommand`. */
  'not-asked': { readonly lost: string };
  'reached-via': {
    readonly node: string;
    readonly how: string;
    readonly failed: readonly { readonly way: string; readonly said: string }[];
  };
  'node-not-ready': NotReady;
  /** `pod`: `NAMESPACE/NAME`. */
  'other-pod': { readonly node: string; readonly agent: string; readonly pod: string };
  'debug-pod-left': {
    readonly pod: string;
    readonly minutes: number;
    /** The command that removes it. */
    readonly removal: string;
    /** Null: nobody tried to remove it yet. */
    readonly why: string | null;
  };
  'node-not-read': { readonly node: string; readonly said: string };
}

/** A node whose kubelet says, or of which the control plane says, that it is not ready. */
export interface NotReady {
  readonly node: string;
  readonly since: string | null;
  /** Its reason and message; empty where it has none. */
  readonly said: string;
}

/** A command that did not do its work. */
export interface FailedCommand {
  /** As it would be typed. */
  readonly command: string;
  readonly how: HowFailed;
  /** What the answer lacks without it, as a clause. */
  readonly lost: string;
  /** The way out, as a clause; empty: there is none. */
  readonly advice: string;
}

/** How a command ended. `said`: its last words; empty where there were none. */
export type HowFailed =
  | { readonly failure: 'cut-off'; readonly why: string }
  | { readonly failure: 'missing' }
  | { readonly failure: 'status'; readonly status: number | null; readonly said: string }
  | { readonly failure: 'timeout'; readonly seconds: number }
  /** More bytes than the limit, of output or of messages. */
  | { readonly failure: 'too-large' | 'too-wordy'; readonly limit: number }
  | { readonly failure: 'signal' | 'unreachable'; readonly said: string };

interface MissingPrograms {
  readonly programs: readonly string[];
  readonly lost: readonly string[];
  readonly advice: string;
}

/** What went wrong between us and the API server. Stable, for scripts. */
export type ApiFault =
  | 'no-kubeconfig'
  | 'unreadable-kubeconfig'
  | 'unknown-context'
  | 'incomplete-kubeconfig'
  | 'credential-plugin'
  | 'unreadable-credentials'
  | 'api-dns'
  | 'api-refused'
  | 'api-unreachable'
  | 'api-timeout'
  | 'api-tls'
  | 'api-unauthorized'
  | 'api-forbidden'
  | 'api-not-found'
  | 'api-overloaded'
  | 'api-failed'
  | 'api-cut-off'
  | 'api-not-json'
  | 'api-aborted';

/** What the error says, and what follows for the answer. `objects`: their plural, as the API has it. */
type ApiProblem = { readonly said: string } & (
  | { readonly effect: 'rule-comments' }
  | { readonly effect: 'without'; readonly objects: string }
  | { readonly effect: 'one-namespace'; readonly objects: string; readonly namespace: string }
);

export const NODE_WORDS: Wording<NodeProblems> = {
  'command-missing': (args) =>
    'programs' in args
      ? `there is no ${orList(args.programs)}: ${args.lost.join(', ')} (${args.advice})`
      : failedText(args),
  'dump-cut-off': failedText,
  'command-failed': failedText,
  'command-timeout': failedText,
  'output-too-large': failedText,
  'node-unreachable': failedText,
  'recent-unreadable': ({ folder, why }) =>
    `${folder} cannot be read (${why}); which endpoint a client with session affinity had is not known`,
  'not-asked': ({ lost }) =>
    `\`nft -j list ruleset\` was not run, because with so many rules it takes gigabytes of memory; ${lost}`,
  'reached-via': ({ node, how, failed }) => {
    const before = failed.map(({ way, said }) => `; ${way} did not work: ${said}`).join('');
    return `${node} was read through ${how}${before}`;
  },
  'node-not-ready': ({ node, since, said }) =>
    `node ${node} is NotReady${since === null ? '' : ` since ${since}`}${said === '' ? '' : ` (${said})`}`,
  'other-pod': ({ node, agent, pod }) =>
    `${node} has no kube-proxy pod; its rules were read through ${agent}’s pod ${pod}, which shares the node’s network`,
  'debug-pod-left': ({ pod, minutes, removal, why }) =>
    `debug pod ${pod} is left in the cluster (it ends by itself after ${minutes} minutes); remove it with: \`${removal}\`${why === null ? '' : ` (${why})`}`,
  'node-not-read': ({ node, said }) => `node ${node} could not be read: ${said}`,
  'no-kubeconfig': apiText,
  'unreadable-kubeconfig': apiText,
  'unknown-context': apiText,
  'incomplete-kubeconfig': apiText,
  'credential-plugin': apiText,
  'unreadable-credentials': apiText,
  'api-dns': apiText,
  'api-refused': apiText,
  'api-unreachable': apiText,
  'api-timeout': apiText,
  'api-tls': apiText,
  'api-unauthorized': apiText,
  'api-forbidden': apiText,
  'api-not-found': apiText,
  'api-overloaded': apiText,
  'api-failed': apiText,
  'api-cut-off': apiText,
  'api-not-json': apiText,
  'api-aborted': apiText,
};

function failedText({ command, how, lost, advice }: FailedCommand): string {
  return `\`${command}\` ${howText(how)}; ${lost}${advice === '' ? '' : ` (${advice})`}`;
}

function howText(how: HowFailed): string {
  switch (how.failure) {
    case 'cut-off':
      return `was cut off twice on its way here (${how.why})`;
    case 'missing':
      return 'does not exist there';
    case 'status':
      return `ended with status ${how.status}${quoted(how.said)}`;
    case 'timeout':
      return `did not end within ${how.seconds} s and was stopped`;
    case 'too-large':
      return `wrote more than ${formatBytes(how.limit)} and was stopped`;
    case 'too-wordy':
      return `wrote more than ${formatBytes(how.limit)} of messages and was stopped`;
    case 'signal':
      return `was ended by a signal${quoted(how.said)}`;
    case 'unreachable':
      return `could not be run${quoted(how.said)}`;
  }
}

function quoted(said: string): string {
  return said === '' ? '' : `: ${said}`;
}

function apiText(args: ApiProblem): string {
  switch (args.effect) {
    case 'rule-comments':
      return `${args.said}; names come from rule comments`;
    case 'without':
      return `${args.said}; the answer goes without ${args.objects}`;
    case 'one-namespace':
      return `${args.said}; only the ${args.objects} of namespace ${args.namespace} are known`;
  }
}
