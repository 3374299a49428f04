import { quoteCommand, quoteWord } from '../../command/quote.ts';
import { fieldsOf, objectsOf, textOf, textsOf } from '../../json/fields.ts';
import type { Kubectl } from './kubectl.ts';
import type { PodRef } from './pod-commands.ts';
import { proxyPodOf } from './proxy-details.ts';
import { tellingFlags } from './proxy-flags.ts';
import { UnreachableError } from './unreachable-error.ts';

/** A pod of the node that may be asked, and what it tells of kube-proxy. */
export interface NodePod {
  readonly pod: PodRef;
  /** `kube-proxy`, or which other program's pod stands in for it. */
  readonly agent: string;
  readonly facts: ProxyFacts;
  /** The Pod as the API has it; of kube-proxy where it is one. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** What a kube-proxy pod tells of kube-proxy. */
export interface ProxyFacts {
  /** `Kubernetes v1.36.3`, by the image's tag; null where the tag is no version. */
  readonly version: string | null;
  /** Flags that say how it writes rules; never others. */
  readonly flags: readonly string[];
  /** Its Pod, with what tells how its container fares; null where it was not seen. */
  readonly pod: object | null;
  /** Lines of its log that say that a sync failed; null where the log was not read. */
  readonly errors: readonly string[] | null;
}

/** Nothing is known of kube-proxy. */
export const NO_FACTS: ProxyFacts = { version: null, flags: [], pod: null, errors: null };

/** Pods in the host's network that hold iptables, in the order they are chosen: labels (any of them), container. */
const AGENTS: readonly (readonly [string, readonly (readonly [string, string])[], string])[] = [
  [
    'kube-proxy',
    [
      ['k8s-app', 'kube-proxy'],
      ['component', 'kube-proxy'],
      ['app', 'kube-proxy'],
      ['app.kubernetes.io/name', 'kube-proxy'],
    ],
    'kube-proxy',
  ],
  ['calico-node', [['k8s-app', 'calico-node']], 'calico-node'],
  ['canal', [['k8s-app', 'canal']], 'calico-node'],
  ['kube-router', [['k8s-app', 'kube-router']], 'kube-router'],
  ['cilium', [['k8s-app', 'cilium']], 'cilium-agent'],
  ['flannel', [['app', 'flannel']], 'kube-flannel'],
];

/** @returns the arguments that list a node's pods. A comma or equals sign in the name is escaped for the field selector. */
export function listPodsArgs(node: string, namespace: string | null): string[] {
  const escaped = node.replace(/[\\,=]/g, (character) => `\\${character}`);
  return [
    'get',
    'pods',
    namespace === null ? '--all-namespaces' : `--namespace=${namespace}`,
    `--field-selector=spec.nodeName=${escaped}`,
  ];
}

/** @returns the arguments that read one pod. */
export function readPodArgs(namespace: string, name: string): string[] {
  return ['get', `pod/${name}`, `--namespace=${namespace}`];
}

/**
 * Finds the pod to ask on a node: the one named, else kube-proxy's, else another agent's that holds iptables.
 * @param onProxy is told of kube-proxy's pod, also where that does not run and another is asked
 * Throws UnreachableError where there is none, or where it is not in the node's network: its rules are others.
 */
export async function findNodePod(
  kubectl: Kubectl,
  node: string,
  named: { readonly namespace: string; readonly name: string } | null,
  onProxy: (found: NodePod) => void,
): Promise<NodePod> {
  if (named !== null) {
    const label = `${named.namespace}/${named.name}`;
    const pod = await kubectl.getJson(readPodArgs(named.namespace, named.name), `pod ${label}`);
    const on = textOf(fieldsOf(pod.spec).nodeName);
    if (on !== node)
      throw new UnreachableError('other-node', `pod ${label} is on node ${on ?? '(none)'}, not on ${node}`);
    const found = nodePodOf(pod, 'the pod named by --pod', null);
    if (found === null)
      throw new UnreachableError(
        'not-host-network',
        `pod ${label} does not run in the node’s network: its rules are not the node’s`,
      );
    if (found.facts.pod !== null) onProxy(found);
    return found;
  }
  const pods = objectsOf((await listPods(kubectl, node)).items);
  let stopped: UnreachableError | null = null;
  for (const [agent, labels, container] of AGENTS) {
    for (const pod of pods) {
      const own = fieldsOf(fieldsOf(pod.metadata).labels);
      if (!labels.some(([key, value]) => own[key] === value)) continue;
      const found = nodePodOf(pod, agent, container);
      if (found === null) continue;
      if (found.facts.pod !== null) onProxy(found);
      const why = whyNotRunning(pod, found.pod.container);
      if (why === null) return found;
      stopped ??= notRunning(kubectl, found, node, why);
    }
  }
  throw stopped ?? noPod(node, pods.length);
}

/** All namespaces need a ClusterRole; kube-system alone is where kube-proxy is. */
async function listPods(kubectl: Kubectl, node: string): Promise<Record<string, unknown>> {
  try {
    return await kubectl.getJson(listPodsArgs(node, null), `the pods of ${node}`);
  } catch (error) {
    if (!(error instanceof UnreachableError) || error.code !== 'forbidden') throw error;
    return await kubectl.getJson(
      listPodsArgs(node, 'kube-system'),
      `the pods of ${node}`,
      'where that is forbidden',
    );
  }
}

/** @returns why the container cannot be asked, in the API's word; null where it runs, or where nothing is told of it. */
function whyNotRunning(pod: Readonly<Record<string, unknown>>, container: string): string | null {
  if (fieldsOf(pod.metadata).deletionTimestamp !== undefined) return 'Terminating';
  const phase = textOf(fieldsOf(pod.status).phase);
  if (phase !== 'Running') return phase;
  const state = fieldsOf(statusOf(pod, container).state);
  if (state.running !== undefined) return null;
  const told = textOf(fieldsOf(state.waiting).reason) ?? textOf(fieldsOf(state.terminated).reason);
  return told ?? (state.terminated === undefined ? null : 'Terminated');
}

function statusOf(pod: Readonly<Record<string, unknown>>, container: string): Record<string, unknown> {
  const statuses = objectsOf(fieldsOf(pod.status).containerStatuses);
  return fieldsOf(statuses.find(({ name }) => name === container));
}

function notRunning(
  kubectl: Kubectl,
  { pod, agent, object }: NodePod,
  node: string,
  why: string,
): UnreachableError {
  const { restartCount } = statusOf(object, pod.container);
  const log = quoteCommand(
    kubectl.argv(
      'logs',
      `pod/${pod.name}`,
      `--namespace=${pod.namespace}`,
      // Of one that was never started again there is no log before.
      ...(typeof restartCount === 'number' && restartCount > 0 ? ['--previous'] : []),
    ),
  );
  return new UnreachableError(
    'container-not-running',
    `${agent} does not run on node ${node}: pod ${pod.namespace}/${pod.name} is in ${why}; \`${log}\` says why, and --via debug reads the rules that it left`,
  );
}

function nodePodOf(
  pod: Readonly<Record<string, unknown>>,
  agent: string,
  wanted: string | null,
): NodePod | null {
  const { name, namespace } = fieldsOf(pod.metadata);
  const spec = fieldsOf(pod.spec);
  const containers = objectsOf(spec.containers);
  const container = containers.find((each) => each.name === (wanted ?? 'kube-proxy')) ?? containers[0];
  if (spec.hostNetwork !== true || container === undefined) return null;
  const isProxy = agent === 'kube-proxy' || container.name === 'kube-proxy';
  return {
    pod: {
      namespace: textOf(namespace) ?? '',
      name: textOf(name) ?? '',
      container: textOf(container.name) ?? '',
    },
    agent,
    facts: isProxy ? factsOf(container, pod) : NO_FACTS,
    object: pod,
  };
}

function factsOf(
  container: Readonly<Record<string, unknown>>,
  pod: Readonly<Record<string, unknown>>,
): ProxyFacts {
  const version = /:(v\d+\.\d+\.\d+[\w.+-]*)(?:@|$)/.exec(textOf(container.image) ?? '')?.[1];
  return {
    version: version === undefined ? null : `Kubernetes ${version}`,
    flags: tellingFlags([...textsOf(container.command), ...textsOf(container.args)]),
    pod: proxyPodOf(pod, textOf(container.name) ?? ''),
    errors: null,
  };
}

function noPod(node: string, pods: number): UnreachableError {
  if (pods === 0)
    return new UnreachableError('no-pods', `node ${quoteWord(node)}: no pod runs on it that you may see`);
  return new UnreachableError(
    'no-proxy-pod',
    `no kube-proxy pod runs on node ${node}, nor another one known to hold iptables; it may be part of the kubelet’s process (k3s) or not be used (Cilium): name a pod with --pod NAMESPACE/NAME, or use --via debug`,
  );
}
