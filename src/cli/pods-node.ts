import type { NodeTarget } from '../capture/live/reach-node.ts';
import type { TraceQuestion } from '../explain/question/question.ts';
import type { Io } from './io.ts';
import type { CommonRequest, SourceRequest } from './requests.ts';

/**
 * @returns the request, asked of the node on which the pod runs that `--from` names, where neither a capture nor a node was
 *   named and kubectl knows the pod. Where it does not, or where that is this machine, the request as it is. Throws
 *   InterruptedError.
 */
export async function atPodsNode<
  Request extends Pick<TraceQuestion, 'from'> & Pick<CommonRequest, 'sources'>,
>(request: Request, io: Io): Promise<Request> {
  const { live } = request.sources;
  const pod = podThatTells(request.sources);
  if (live === undefined || pod === null) return request;
  const node = await nodeOf(pod, live, io);
  const { localNodeName } = await import('../capture/live/proxy-facts.ts');
  if (node === null || node === localNodeName()) return request;
  return { ...request, sources: { ...request.sources, live: { ...live, target: targetOn(node) } } };
}

/** @returns the pod whose node is to be read, where nothing else says what is; null where that is not asked for. */
export function podThatTells({ files, demo, live }: SourceRequest): PodName | null {
  if (files.length > 0 || demo !== false || live === undefined || live.target !== null || !live.api)
    return null;
  const [pod = null] = live.pods === 'all' ? [] : live.pods;
  return pod;
}

/** @returns that node, reached through its kube-proxy's pod: nobody named it, so no privileged debug pod is made there. */
export function targetOn(node: string): NodeTarget {
  return { node, via: 'exec', pod: null, image: null, profile: null, debugNamespace: null };
}

/** A pod's full name. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

async function nodeOf(
  pod: PodName,
  { access }: NonNullable<SourceRequest['live']>,
  io: Io,
): Promise<string | null> {
  const { Kubectl } = await import('../capture/live/kubectl.ts');
  const { readPodArgs } = await import('../capture/live/find-pod.ts');
  const { UnreachableError } = await import('../capture/live/unreachable-error.ts');
  const { fieldsOf, textOf } = await import('../json/fields.ts');
  const { holdInterrupts } = await import('./interrupt.ts');
  const { Progress } = await import('./progress.ts');
  const progress = new Progress(io);
  const lifeline = holdInterrupts(progress);
  const name = `${pod.namespace}/${pod.name}`;
  try {
    lifeline.onStep(`asking where pod ${name} runs`);
    const kubectl = new Kubectl(access, lifeline.signal);
    const object = await kubectl.getJson(readPodArgs(pod.namespace, pod.name), `pod ${name}`);
    return textOf(fieldsOf(object.spec).nodeName);
  } catch (error) {
    // Whoever has no cluster asks this machine; what is missing of the pod is told then.
    if (error instanceof UnreachableError) return null;
    throw error;
  } finally {
    await lifeline.release();
    progress.end();
  }
}
