import { createArgs, deleteArgs, type Profile } from './debug-pod.ts';
import { listPodsArgs, readPodArgs } from './find-pod.ts';
import { type ClusterAccess, CONFIG_ARGS, kubectlArgv } from './kubectl.ts';
import type { LiveTarget } from './live-state.ts';
import { execArgs, type PodRef, type Root } from './pod-place.ts';
import {
  ADDRESSES,
  FLOW_STATS,
  FLOWS,
  flowsOf,
  HOST,
  IPSETS,
  IPVS,
  NFT_RULESET,
  type Probe,
  RULES,
  VERSION_PROBE,
  VERSIONS,
} from './probes.ts';
import { quoteCommand } from './quote.ts';
import { DEFAULT_IMAGE, type NodeTarget, profilesOf, rootsOf } from './reach-node.ts';

/** Stands for what an earlier command tells. */
const POD: PodRef = { namespace: 'NAMESPACE', name: 'POD', container: 'CONTAINER' };

/**
 * @param allNodes the node's name is what a list of the nodes tells.
 * @returns the commands that reading the target may run, in order, one a line, and comments that begin with `#`.
 */
export function planCommands(target: LiveTarget, allNodes: boolean): string[] {
  const { node, access } = target;
  const kubectl = (...args: readonly string[]): string => quoteCommand(kubectlArgv(access, args));
  if (node === null) {
    return [
      '# on this machine; files of /proc are read without a command',
      ...onNode(target, quoteCommand),
      '# and http://127.0.0.1:10249/proxyMode is read, where kube-proxy answers' +
        (target.needs.host === 'all' ? ', then /metrics' : ''),
    ];
  }
  return [
    ...(allNodes
      ? [kubectl('get', 'nodes', '-o', 'json'), '# then for each NODE of the list, a few at once:']
      : []),
    ...(node.via === 'debug' ? [] : execPlan(node, target, kubectl)),
    ...(node.via === 'exec' ? [] : debugPlan(node, target, access, kubectl)),
  ];
}

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
    `# ${from} what the first command tells: kube-proxy’s, else another agent’s that holds iptables`,
    ...onNode(target, (argv) => kubectl(...execArgs(pod, argv)), READ_FILES),
  ];
}

function debugPlan(node: NodeTarget, target: LiveTarget, access: ClusterAccess, kubectl: Spell): string[] {
  const [first, ...others] = profilesOf(node);
  if (first === undefined) return [];
  const namespace = node.debugNamespace ?? 'NAMESPACE';
  const pod = { namespace, name: 'POD', container: 'kp-explain-RANDOM' };
  const pinned: ClusterAccess = { ...access, context: access.context ?? 'CONTEXT' };
  const spell: Spell = (...args) => quoteCommand(kubectlArgv(pinned, args));
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
    ...onNode(target, (argv) => spell(...execArgs(pod, rooted(argv, rootsOf(node, first)))), READ_FILES),
    '# a program that is not there is looked for without chroot, or with it',
    '# in every case, also after an error and on Ctrl-C:',
    spell(...deleteArgs({ namespace, name: 'POD' })),
  ];
}

function requestOf(node: NodeTarget, namespace: string, profile: Profile) {
  return { node: node.node, namespace, image: node.image ?? DEFAULT_IMAGE, profile, startMs: 0 };
}

function rooted(argv: readonly string[], [first]: readonly Root[]): readonly string[] {
  return first === 'host' ? ['chroot', '/host', ...argv] : argv;
}

/** In a pod, files of the node are read with commands too. */
const READ_FILES: readonly { readonly argv: readonly string[]; readonly only: string | null }[] = [
  { argv: ['cat', '/proc/net/ip_tables_names'], only: null },
  { argv: ['cat', '/proc/net/ip6_tables_names'], only: null },
  { argv: ['cat', '/proc/net/ip_vs'], only: null },
  {
    argv: ['grep', '-H', '', '/proc/net/xt_recent/LIST'],
    only: 'where rules ask xt_recent; LIST: those that they name',
  },
  { argv: ['wget', '-q', '-T', '3', '-O', '-', 'http://127.0.0.1:10249/proxyMode'], only: null },
  { argv: ['curl', '-sf', '-m', '3', 'http://127.0.0.1:10249/proxyMode'], only: 'where there is no wget' },
];

function onNode(
  { needs }: LiveTarget,
  spell: (argv: readonly string[]) => string,
  files: typeof READ_FILES = [],
): string[] {
  const packets = needs.host !== 'addresses';
  const probes: readonly Pick<Probe, 'argv' | 'only' | 'otherwise'>[] = [
    VERSION_PROBE,
    ...Object.values(RULES),
    ADDRESSES,
    ...(packets ? [...HOST, IPSETS] : []),
    packets ? NFT_RULESET : { ...NFT_RULESET, only: 'where no rule is of kube-proxy’s iptables mode' },
    IPVS,
    ...files.filter(({ argv }) => packets || argv[0] !== 'grep'),
    ...(needs.host === 'all' ? VERSIONS : []),
    ...flowPlan(needs.flows),
  ];
  return probes.map(({ argv, only }) => (only === null ? spell(argv) : `${spell(argv)}  # only ${only}`));
}

function flowPlan(flows: LiveTarget['needs']['flows']): readonly Pick<Probe, 'argv' | 'only'>[] {
  if (flows === 'all') return [...FLOWS, FLOW_STATS];
  if (flows === 'none') return [];
  return [
    {
      argv: flowsOf('ipv4', ['--orig-dst', 'ADDRESS']).argv,
      only: 'the flows to the destination; with -f ipv6 if it is one',
    },
  ];
}
