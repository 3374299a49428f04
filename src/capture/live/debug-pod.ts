import { randomBytes } from 'node:crypto';
import { quoteCommand } from '../../command/quote.ts';
import { fieldsOf, objectsOf, textOf } from '../../json/fields.ts';
import { parseJson } from '../../json/read-json.ts';
import type { NodeProblems } from '../../problems/of-nodes.ts';
import { wordsOf } from '../../problems/told-problem.ts';
import type { CommandResult } from './command-result.ts';
import { listPodsArgs, readPodArgs } from './find-pod.ts';
import type { Kubectl } from './kubectl.ts';
import { describeKubectl } from './kubectl-failure.ts';
import type { Lifeline } from './lifeline.ts';
import type { PodRef } from './pod-commands.ts';
import { UnreachableError } from './unreachable-error.ts';

/** What `kubectl debug node/…` is asked for. */
export interface DebugRequest {
  readonly node: string;
  readonly namespace: string;
  readonly image: string;
  readonly profile: Profile;
  /** How long the pod may take to start. */
  readonly startMs: number;
}

/** Profiles of `kubectl debug` that may ask the kernel for rules. Only `sysadmin` mounts the node's file system. */
export type Profile = 'netadmin' | 'sysadmin';

/** The pod ends by itself after this many seconds, also where kp-explain was killed and could not remove it. */
const POD_SECONDS = 600;

/** @returns the arguments that make the pod. The container's name is how a pod is found again whose name was not told. */
function createArgs(request: DebugRequest, container: string): string[] {
  return [
    'debug',
    `node/${request.node}`,
    `--namespace=${request.namespace}`,
    `--image=${request.image}`,
    `--profile=${request.profile}`,
    `--container=${container}`,
    '--',
    'sleep',
    String(POD_SECONDS),
  ];
}

/** @returns the arguments that ask whether the pod is there: nothing is printed where it is not. */
function askArgs(pod: Pick<PodRef, 'namespace' | 'name'>): string[] {
  return [...readPodArgs(pod.namespace, pod.name), '--ignore-not-found', '-o', 'name'];
}

/** @returns the arguments that remove the pod, and wait until it is gone. */
function deleteArgs(pod: Pick<PodRef, 'namespace' | 'name'>): string[] {
  return [
    'delete',
    `pod/${pod.name}`,
    `--namespace=${pod.namespace}`,
    '--now',
    '--ignore-not-found',
    '--timeout=30s',
  ];
}

/** Removing may take as long as the kubelet needs to stop a container. */
const DELETE = { timeoutMs: 45_000, maxBytes: 1024 * 1024 };
/** Nobody waits twice for a server that is gone. */
const ASK = { timeoutMs: 15_000, maxBytes: 1024 * 1024 };
const CREATE = { timeoutMs: 45_000, maxBytes: 1024 * 1024 };

/**
 * Makes a pod in the node's network that sleeps, waits until it runs, lets `use` exec into it, and removes it again:
 * after success, after an error, and after an interrupt.
 * @param onLeft is told, with the command to type, where the pod could not be removed.
 * Throws UnreachableError where it cannot be made or does not start; InterruptedError; what `use` throws.
 */
export async function withDebugPod<T>(
  kubectl: Kubectl,
  request: DebugRequest,
  lifeline: Lifeline,
  onLeft: (left: NodeProblems['debug-pod-left']) => void,
  use: (pod: PodRef) => Promise<T>,
): Promise<T> {
  const container = `kp-explain-${randomBytes(4).toString('hex')}`;
  const place = { namespace: request.namespace, container };
  const hint = `a debug pod may be left: look for container ${container} with \`${quoteCommand(kubectl.argv('get', 'pods', `--namespace=${request.namespace}`))}\``;
  let release = lifeline.guard(hint);
  let pod: PodRef | null = null;
  try {
    lifeline.onStep(`making a debug pod on ${request.node}`);
    const made = await makePod(kubectl, request, container);
    pod = made.name === null ? null : { ...place, name: made.name };
    if (pod !== null) {
      release();
      release = lifeline.guard(wordsOf('debug-pod-left', left(kubectl, pod, null)));
    }
    if (made.error !== null) throw made.error;
    if (pod === null)
      throw new UnreachableError('no-debug-pod', 'kubectl debug did not say which pod it made');
    kubectl.throwIfInterrupted();
    await waitUntilRunning(kubectl, pod, request, lifeline);
    return await use(pod);
  } finally {
    if (pod !== null) {
      lifeline.onStep(`removing debug pod ${pod.name}`);
      const why = await removePod(kubectl, pod);
      if (why !== null) onLeft(left(kubectl, pod, why));
    }
    release();
  }
}

function left(
  kubectl: Kubectl,
  { namespace, name }: PodRef,
  why: string | null,
): NodeProblems['debug-pod-left'] {
  const removal = quoteCommand(kubectl.argv('delete', `pod/${name}`, `--namespace=${namespace}`));
  return { pod: `${namespace}/${name}`, minutes: POD_SECONDS / 60, removal, why };
}

/** What the API server says where it made nothing. */
const NOT_MADE = new Set([
  'forbidden',
  'denied',
  'unauthorized',
  'old-kubectl',
  'not-found',
  'no-kubectl',
  'no-such-context',
  'no-kubeconfig',
  'tls',
]);

/** @returns the name of the pod that was made, or may have been; and the error, if kubectl did not succeed. */
async function makePod(
  kubectl: Kubectl,
  request: DebugRequest,
  container: string,
): Promise<{ name: string | null; error: UnreachableError | null }> {
  const result = await kubectl.run(createArgs(request, container), { limits: CREATE, uninterrupted: true });
  const said = `${result.stdout.toString('utf8')}\n${result.lastWords}`;
  const told = /Creating debugging pod (\S+) with container/.exec(said)?.[1] ?? null;
  if (result.failure === null && told !== null) return { name: told, error: null };
  const error = result.failure === null ? null : describeKubectl(result, `a debug pod on ${request.node}`);
  if (error !== null && NOT_MADE.has(error.code)) return { name: null, error };
  // Ended in the middle, or without a word: the pod may be there. The name is told before it is made.
  return { name: told ?? (await findByContainer(kubectl, request, container)), error };
}

async function findByContainer(
  kubectl: Kubectl,
  request: DebugRequest,
  container: string,
): Promise<string | null> {
  const list = await kubectl.run([...listPodsArgs(request.node, request.namespace), '-o', 'json'], {
    uninterrupted: true,
  });
  if (list.failure !== null) return null;
  const pods = objectsOf(fieldsOf(parseJson(list.stdout.toString('utf8'))).items);
  const own = pods.find((pod) =>
    objectsOf(fieldsOf(pod.spec).containers).some(({ name }) => name === container),
  );
  return textOf(fieldsOf(own?.metadata).name);
}

/** Reasons of a waiting container that will not go away by waiting. */
const HOPELESS =
  /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|CreateContainer(?:Config)?Error|RunContainerError|CrashLoopBackOff)$/;

async function waitUntilRunning(
  kubectl: Kubectl,
  pod: PodRef,
  request: DebugRequest,
  lifeline: Lifeline,
): Promise<void> {
  const deadline = performance.now() + request.startMs;
  const label = `debug pod ${pod.namespace}/${pod.name}`;
  for (;;) {
    const { spec, status } = await kubectl.getJson(readPodArgs(pod.namespace, pod.name), label);
    if (fieldsOf(spec).hostNetwork !== true) {
      throw new UnreachableError(
        'not-host-network',
        `${label} was not made in the node’s network, so its rules are not the node’s`,
      );
    }
    const [container] = objectsOf(fieldsOf(status).containerStatuses);
    const state = fieldsOf(container?.state);
    if (state.running !== undefined) return;
    const waiting = fieldsOf(state.waiting);
    const reason = textOf(waiting.reason) ?? '';
    const phase = textOf(fieldsOf(status).phase);
    if (HOPELESS.test(reason))
      throw notStarted(label, request, `${reason}: ${textOf(waiting.message) ?? ''}`);
    if (phase === 'Failed' || phase === 'Succeeded') {
      const over = fieldsOf(state.terminated);
      const why = [
        textOf(fieldsOf(status).reason),
        textOf(fieldsOf(status).message),
        textOf(over.reason),
        textOf(over.message),
      ];
      throw notStarted(
        label,
        request,
        `it ended at once (${why.filter((word) => word !== null).join(', ') || phase})`,
      );
    }
    if (performance.now() > deadline) {
      throw notStarted(
        label,
        request,
        `it did not start within ${Math.round(request.startMs / 1000)} s (${reason || phase || 'no status'})`,
      );
    }
    lifeline.onStep(`waiting for ${label} (${reason || phase || 'Pending'})`);
    await lifeline.wait(500);
  }
}

function notStarted(label: string, request: DebugRequest, why: string): UnreachableError {
  return new UnreachableError(
    'debug-pod-not-started',
    `${label} with image ${request.image} did not start: ${why}; choose an image that this node can pull and that has sleep, with --image`,
  );
}

/** Tries twice, and believes it only where the pod is gone. @returns why the pod is still there, or null. */
async function removePod(kubectl: Kubectl, pod: PodRef): Promise<string | null> {
  let why = '';
  for (let attempt = 0; attempt < 2; attempt++) {
    const deleted = await kubectl.run(deleteArgs(pod), { limits: DELETE, uninterrupted: true });
    const asked = await kubectl.run(askArgs(pod), { limits: ASK, uninterrupted: true });
    if (asked.failure === null && asked.stdout.length === 0) return null;
    why =
      whyFailed(deleted, 'delete') ??
      whyFailed(asked, 'get') ??
      'kubectl delete called it done, but it is there';
  }
  return why;
}

function whyFailed({ failure, lastWords }: CommandResult, verb: string): string | null {
  if (failure === null) return null;
  if (failure === 'timeout') return `kubectl ${verb} did not end in time`;
  return lastWords.split('\n').at(-1) ?? '';
}
