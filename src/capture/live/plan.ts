import { type ClusterAccess, shownKubectl } from '../../command/kubectl-argv.ts';
import { quoteCommand } from '../../command/quote.ts';
import { askArgs, createArgs, deleteArgs, type Profile } from './debug-pod.ts';
import { listPodsArgs, readPodArgs } from './find-pod.ts';
import { CONFIG_ARGS, NO_SETTINGS } from './kubectl.ts';
import type { LiveTarget } from './live-state.ts';
import { listNodesArgs, readNodeArgs } from './node-state.ts';
import { execArgs, type PodRef, sessionArgs } from './pod-commands.ts';
import type { Root } from './pod-place.ts';
import {
  ADDRESSES,
  EXPECTATIONS,
  FLOW_EVENTS,
  FLOW_STATS,
  FLOWS,
  flowsOf,
  HOST,
  IPSETS,
  IPVS,
  IPVS_CONNECTIONS,
  NFT_HOOKS,
  NFT_RULESET,
  type Probe,
  RULES,
  SELDOM,
  VERSION_PROBE,
  VERSIONS,
} from './probes.ts';
import { configMapArgs, logArgs } from './proxy-details.ts';
import { DEFAULT_IMAGE, type NodeTarget, profilesOf, rootsOf } from './reach-node.ts';

/** Stands for what an earlier command tells. */
const POD: PodRef = { namespace: 'NAMESPACE', name: 'POD', container: 'CONTAINER' };

/**
 * @param allNodes the node's name is what a list of the nodes tells. @param selector which of them; null: all
 * @returns the commands that reading the target may run, in order, one a line, and comments that begin with `#`.
 */
export function planCommands(
  target: LiveTarget,
  allNodes: boolean,
  selector: string | null = null,
): string[] {
  const { node, access } = target;
  const kubectl = (...args: readonly string[]): string => quoteCommand(shownKubectl(access, args));
  if (node === null) {
    return [
      '# on this machine; files of /proc are read without a command',
      ...onNode(target, quoteCommand, false),
      '# and http://127.0.0.1:10249/proxyMode is read, where kube-proxy answers' +
        (target.needs.host === 'all' ? ', then /metrics' : ''),
    ];
  }
  return [
    `# kubectl runs with ${Object.entries(NO_SETTINGS)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}: no kuberc changes what it does`,
    ...(allNodes
      ? [
          kubectl(...listNodesArgs(selector), '-o', 'json'),
          '# then for each NODE of the list, a few at once:',
        ]
      : []),
    kubectl(...readNodeArgs(node.node), '-o', 'json'),
    ...(node.via === 'debug' ? [] : execPlan(node, target, kubectl)),
    ...(node.via === 'exec' ? [] : debugPlan(node, target, access, kubectl)),
  ];
}

/** @returns what finds out on which node a pod runs, whose commands follow. */
export function planPod(access: ClusterAccess, pod: Pick<PodRef, 'namespace' | 'name'>): string[] {
  return [
    quoteCommand(shownKubectl(access, [...readPodArgs(pod.namespace, pod.name), '-o', 'json'])),
    '# where that tells of a NODE that is not this machine:',
  ];
}

const IN_ONE_SHELL =
  '# where the image has sh, this one call runs all that stands after -- below, one after the other; else each line is run by itself:';

type Spell = (...args: readonly string[]) => string;

function execPlan(node: NodeTarget, target: LiveTarget, kubectl: Spell): string[] {
  const find =
    node.pod === null ? listPodsArgs(node.node, null) : readPodArgs(node.pod.namespace, node.pod.name);
  const pod = node.pod === null ? POD : { ...POD, ...node.pod };
  const from = node.pod === null ? 'NAMESPACE, POD and CONTAINER are' : 'CONTAINER is';
  return [
    ...(node.via === 'auto' ? ['# via exec:'] : []),
    kubectl(...find, '-o', 'json'),
    ...(node.pod === null
      ? [
          `# only where that is forbidden: ${kubectl(...listPodsArgs(node.node, 'kube-system'), '-o', 'json')}`,
        ]
      : []),
    ...(target.needs.host === 'all'
      ? [
          `${kubectl(...configMapArgs(pod.namespace, 'CONFIGMAP'), '-o', 'json')}  # only where it is kube-proxy’s, and has one`,
          `${kubectl(...logArgs(pod))}  # only where it is kube-proxy’s`,
        ]
      : []),
    `# ${from} what the first command tells: kube-proxy’s, else another agent’s that holds iptables`,
    IN_ONE_SHELL,
    kubectl(...sessionArgs(pod)),
    ...onNode(target, (argv) => kubectl(...execArgs(pod, argv)), true),
  ];
}

function debugPlan(node: NodeTarget, target: LiveTarget, access: ClusterAccess, kubectl: Spell): string[] {
  const [first, ...others] = profilesOf(node);
  if (first === undefined) return [];
  const namespace = node.debugNamespace ?? 'NAMESPACE';
  const pod = { namespace, name: 'POD', container: 'kp-explain-RANDOM' };
  const pinned: ClusterAccess = { ...access, context: access.context ?? 'CONTEXT' };
  const spell: Spell = (...args) => quoteCommand(shownKubectl(pinned, args));
  return [
    ...(node.via === 'auto' ? ['# only where that gives no rules, via debug:'] : []),
    kubectl(...CONFIG_ARGS),
    `# ${access.context === null ? 'CONTEXT' : ''}${access.context === null && node.debugNamespace === null ? ' and ' : ''}${node.debugNamespace === null ? 'NAMESPACE' : ''}: what that tells, so that all that follows means the same cluster; POD: what the next command tells`.replace(
      '# : ',
      '# ',
    ),
    spell(...createArgs(requestOf(node, namespace, first), pod.container)),
    ...others.map((profile) => `# once more with --profile=${profile}, where ${first} gives no rules`),
    spell(...readPodArgs(namespace, 'POD'), '-o', 'json'),
    '# repeated until the pod runs; then',
    IN_ONE_SHELL,
    spell(...sessionArgs(pod)),
    ...onNode(target, (argv) => spell(...execArgs(pod, rooted(argv, rootsOf(node, first)))), true),
    ...(others.length > 0 || first === 'sysadmin'
      ? [
          '# with profile sysadmin, a program that is not there is looked for with chroot /host, or without it',
        ]
      : []),
    '# in every case, also after an error and on Ctrl-C, and asked for, because only a pod that is gone is removed:',
    spell(...deleteArgs({ namespace, name: 'POD' })),
    spell(...askArgs({ namespace, name: 'POD' })),
  ];
}

function requestOf(node: NodeTarget, namespace: string, profile: Profile) {
  return { node: node.node, namespace, image: node.image ?? DEFAULT_IMAGE, profile, startMs: 0 };
}

function rooted(argv: readonly string[], [first]: readonly Root[]): readonly string[] {
  return first === 'host' ? ['chroot', '/host', ...argv] : argv;
}

/** A command and when it runs. */
type Step = Pick<Probe, 'argv' | 'only' | 'otherwise'>;

const read = (path: string): Step => ({ argv: ['cat', path], only: null });

/** kube-proxy's answers, where it listens by default. In a pod they are asked for with whichever program there is. */
function proxyQuestions({ needs }: LiveTarget): Step[] {
  const all = needs.host === 'all';
  const only = all ? null : 'where no rule is of kube-proxy’s iptables mode';
  return (all ? ['/proxyMode', '/metrics'] : ['/proxyMode']).flatMap((path) => {
    const url = `http://127.0.0.1:10249${path}`;
    return [
      { argv: ['wget', '-q', '-T', '3', '-O', '-', url], only },
      { argv: ['curl', '-sf', '-m', '3', url], only: 'where there is no wget' },
    ];
  });
}

/** @param inPod true: files of the node are read with commands too. */
function onNode(target: LiveTarget, spell: (argv: readonly string[]) => string, inPod: boolean): string[] {
  const { needs } = target;
  const packets = needs.host !== 'addresses';
  const { v4, v6, ...others } = RULES;
  const steps: Step[] = [
    v4,
    v6,
    needs.host === 'all' || !inPod
      ? VERSION_PROBE
      : { ...VERSION_PROBE, only: 'where no dump tells which iptables wrote it' },
    ...(inPod ? [read('/proc/net/ip_tables_names'), read('/proc/net/ip6_tables_names')] : []),
    ...Object.values(others),
    ADDRESSES,
    ...(packets ? [...HOST, ...SELDOM, IPSETS] : []),
    packets ? NFT_RULESET : { ...NFT_RULESET, only: 'where no rule is of kube-proxy’s iptables mode' },
    ...(needs.host === 'all' ? [NFT_HOOKS] : []),
    ...(inPod ? [read('/proc/net/ip_vs')] : []),
    IPVS,
    ...(packets ? [IPVS_CONNECTIONS] : []),
    ...(inPod && packets ? [RECENT_LISTS] : []),
    ...(inPod ? proxyQuestions(target) : []),
    ...(needs.host === 'all' ? [...(inPod ? [read('/proc/sys/kernel/osrelease')] : []), ...VERSIONS] : []),
    ...flowPlan(needs.flows),
    ...(inPod && (needs.flows === 'all' || needs.flows === 'some') ? [read(EXPECTATIONS.path)] : []),
  ];
  return [...linesOf(steps, spell), ...samplePlan(needs, spell)];
}

function linesOf(steps: readonly Step[], spell: (argv: readonly string[]) => string): string[] {
  return steps.flatMap(({ argv, only, otherwise }) => [
    only === null ? spell(argv) : `${spell(argv)}  # only ${only}`,
    ...(otherwise === undefined
      ? []
      : [`# or, where there is no ${argv[0] ?? ''}: ${quoteCommand(otherwise)}`]),
  ]);
}

/** What is asked a second time, for counters that grow. */
function samplePlan(
  { sample, flows }: LiveTarget['needs'],
  spell: (argv: readonly string[]) => string,
): string[] {
  if (sample === undefined) return [];
  const again = [RULES.v4, RULES.v6, ...(flows === 'all' ? [FLOW_STATS] : [])];
  return [
    `# and ${sample} s later once more, for counters that grow:`,
    ...again.map(({ argv }) => spell(argv)),
  ];
}

const RECENT_LISTS: Step = {
  argv: ['grep', '-H', '', '/proc/net/xt_recent/LIST'],
  only: 'where rules ask xt_recent; LIST: those that they name',
};

function flowPlan(flows: LiveTarget['needs']['flows']): Step[] {
  if (flows === 'all') return [...FLOWS, FLOW_STATS];
  if (flows === 'none') return [];
  if (flows === 'events') return [{ ...FLOW_EVENTS, only: 'until it is interrupted' }];
  const only = 'the flows to the destination; with -f ipv6 if it is one';
  return [
    { argv: flowsOf('ipv4', ['--orig-dst', 'ADDRESS']).argv, only },
    { argv: flowsOf('ipv4', ['--reply-dst', 'ADDRESS']).argv, only: 'with --source-port' },
  ];
}
