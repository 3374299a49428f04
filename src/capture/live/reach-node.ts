import { type ProblemArguments, ProblemList } from '../../problems/problem.ts';
import { messageOf, wordsOf } from '../../problems/told-problem.ts';
import { collectRules, type RulesFound } from './collect-rules.ts';
import { Collector } from './collector.ts';
import { type Profile, withDebugPod } from './debug-pod.ts';
import { describeFailure, failureText } from './describe-failure.ts';
import { findNodePod, NO_FACTS, type NodePod, type ProxyFacts } from './find-pod.ts';
import type { Kubectl } from './kubectl.ts';
import { OVERLOADED } from './kubectl-failure.ts';
import type { Lifeline } from './lifeline.ts';
import { readNodeState } from './node-state.ts';
import type { PodRef } from './pod-commands.ts';
import { podPlace, type Root } from './pod-place.ts';
import { RULES } from './probes.ts';
import { readProxyDetails } from './proxy-details.ts';
import { UnreachableError } from './unreachable-error.ts';

/** A node, and how to reach it. */
export interface NodeTarget {
  readonly node: string;
  readonly via: 'auto' | 'exec' | 'debug';
  /** The pod to exec into; null: found by the usual labels. */
  readonly pod: { readonly namespace: string; readonly name: string } | null;
  /** For `debug`: null is `DEFAULT_IMAGE` with the node's own programs. */
  readonly image: string | null;
  /** For `debug`: null chooses by the image. */
  readonly profile: Profile | null;
  /** For `debug`: null is the context's namespace. */
  readonly debugNamespace: string | null;
}

/** A small image with `sleep` and `chroot`; the programs come from the node's own file system. */
const DEFAULT_IMAGE = 'busybox:1.36';

/** How long a debug pod may take to start, its image's download included. */
const START_MS = 90_000;

/** A node whose rules could be read. */
export interface ReachedNode {
  readonly collector: Collector;
  readonly rules: RulesFound;
  readonly facts: ProxyFacts;
  /** How it was reached, in words: `kubectl exec in kube-system/kube-proxy-x7k2p`. */
  readonly how: string;
}

/** One way to reach a node; it calls `use` with a pod that runs there. */
interface Way {
  readonly name: string;
  run<T>(
    use: (collector: Collector, how: string, facts: ProxyFacts) => Promise<T>,
    problems: ProblemList,
  ): Promise<T>;
}

/** Why a way was given up; the next one is tried. */
class WayFailed extends Error {}

/**
 * Reaches a node in the first way that gives its rules, and hands it on; what was made for it is gone when this returns.
 * @param wantsVersions also of the tools
 * Throws UnreachableError with each way's reason where none works; InterruptedError; what `use` throws.
 */
export async function withNode<T>(
  kubectl: Kubectl,
  target: NodeTarget,
  lifeline: Lifeline,
  problems: ProblemList,
  wantsVersions: boolean,
  use: (reached: ReachedNode) => Promise<T>,
): Promise<T> {
  await requireAnswering(kubectl, target, lifeline, problems);
  const reasons: { readonly way: string; readonly error: Error }[] = [];
  for (const way of waysTo(kubectl, target, lifeline, wantsVersions)) {
    // Problems of a way that is given up are told as its reason, or not at all.
    const own = new ProblemList();
    let entered = false;
    let done = false;
    try {
      const result = await way.run(async (collector, how, facts) => {
        const rules = await collectRules(collector, wantsVersions);
        if (rules.save.failure !== null)
          throw new WayFailed(
            failureText(describeFailure(rules.save, RULES.v4, collector.place), collector.place),
          );
        entered = true;
        if (reasons.length > 0)
          own.add('reached-via', { node: target.node, how, failed: reasons.map(wayFailed) });
        return await use({ collector, rules, facts, how });
      }, own);
      done = true;
      return result;
    } catch (error) {
      const givenUp = error instanceof WayFailed || error instanceof UnreachableError;
      if (entered || !givenUp) throw error;
      reasons.push({ way: way.name, error });
      if (error instanceof UnreachableError && HOPELESS.has(error.code)) break;
    } finally {
      for (const problem of own.list()) {
        if (done) problems.addAll([problem]);
        else if (problem.code === 'debug-pod-left') lifeline.say(messageOf(problem));
      }
    }
  }
  throw noWay(target.node, reasons);
}

/** No other way gets further: each needs kubectl, the API server and the node's kubelet. */
const HOPELESS = new Set([
  'no-kubectl',
  OVERLOADED,
  'no-kubeconfig',
  'no-such-context',
  'tls',
  'unauthorized',
  'unreachable',
  'kubelet-unreachable',
  'timeout',
]);

/** A node whose kubelet is silent is only tried where the user insists on a way: what asks it hangs for minutes. */
async function requireAnswering(
  kubectl: Kubectl,
  { node, via }: NodeTarget,
  lifeline: Lifeline,
  problems: ProblemList,
): Promise<void> {
  lifeline.onStep(`asking for node ${node}`);
  const { ready, notReady } = await readNodeState(kubectl, node);
  if (notReady === null) return;
  const why = wordsOf('node-not-ready', notReady);
  if (ready === 'silent' && via === 'auto') {
    throw new UnreachableError(
      'node-not-ready',
      `${why}: its kubelet does not report, so neither exec nor debug gets there; look at the node itself, and run kp-explain on it; --via exec tries all the same`,
    );
  }
  if (ready === 'silent') lifeline.say(`${why}; it is tried all the same`);
  else problems.add('node-not-ready', notReady);
}

function waysTo(kubectl: Kubectl, target: NodeTarget, lifeline: Lifeline, wantsDetails: boolean): Way[] {
  const seen: Seen = { facts: NO_FACTS };
  return viasOf(target).flatMap((via) =>
    via === 'exec'
      ? [execWay(kubectl, target, lifeline, wantsDetails, seen)]
      : profilesOf(target).map((profile) => debugWay(kubectl, target, profile, lifeline, seen)),
  );
}

/** @returns the ways to try, in order. */
export function viasOf({ via }: Pick<NodeTarget, 'via'>): readonly ('exec' | 'debug')[] {
  return via === 'auto' ? ['exec', 'debug'] : [via];
}

/** @returns the profiles to try: an image with tools needs no more than netadmin; without one, the node's file system is needed. */
export function profilesOf(target: Pick<NodeTarget, 'image' | 'profile'>): Profile[] {
  if (target.profile !== null) return [target.profile];
  return target.image === null ? ['sysadmin'] : ['netadmin', 'sysadmin'];
}

/** What was learnt of kube-proxy on the way, also where that way was given up. */
interface Seen {
  facts: ProxyFacts;
}

function execWay(
  kubectl: Kubectl,
  target: NodeTarget,
  lifeline: Lifeline,
  wantsDetails: boolean,
  seen: Seen,
): Way {
  return {
    name: 'exec',
    async run(use, problems) {
      lifeline.onStep(`looking for the kube-proxy pod of ${target.node}`);
      let proxy: NodePod | null = null;
      const find = findNodePod(kubectl, target.node, target.pod, (found) => {
        proxy ??= found;
        seen.facts = found.facts;
      });
      // Of one that does not run its log tells most.
      const { pod, agent } = await find.finally(async () => {
        if (wantsDetails && proxy !== null) seen.facts = await withDetails(kubectl, proxy);
      });
      if (agent !== 'kube-proxy' && target.pod === null) {
        const { node } = target;
        problems.add('other-pod', { node, agent, pod: `${pod.namespace}/${pod.name}` });
      }
      const lacks = agent === 'kube-proxy' ? KUBE_PROXY_LACKS : undefined;
      const place = podPlace(kubectl, pod, target.node, 'exec', ['image'], lacks);
      const how = `kubectl exec in ${pod.namespace}/${pod.name}`;
      try {
        return await use(new Collector(place, problems, lifeline.onStep), how, seen.facts);
      } finally {
        await place.close();
      }
    },
  };
}

/** What the image of kube-proxy does not have since 1.25 (build/server-image, distroless-iptables). */
const KUBE_PROXY_LACKS: ReadonlySet<string> = new Set(['cat', 'grep', 'ip', 'ss', 'sysctl']);

/** kube-proxy that reads a file takes nothing else from its command line (`--config`, all versions): the file comes first. */
async function withDetails(kubectl: Kubectl, { pod, object, facts }: NodePod): Promise<ProxyFacts> {
  const { flags, errors } = await readProxyDetails(kubectl, pod, object);
  return { ...facts, errors, flags: [...flags, ...facts.flags] };
}

function debugWay(
  kubectl: Kubectl,
  target: NodeTarget,
  profile: Profile,
  lifeline: Lifeline,
  seen: Seen,
): Way {
  return {
    name: `debug (profile ${profile})`,
    async run(use, problems) {
      const pinned = await kubectl.pinned();
      const request = {
        node: target.node,
        namespace: target.debugNamespace ?? pinned.namespace,
        image: target.image ?? DEFAULT_IMAGE,
        profile,
        startMs: START_MS,
      };
      const onLeft = (left: ProblemArguments['debug-pod-left']): void => problems.add('debug-pod-left', left);
      const inPod = async (pod: PodRef) => {
        const place = podPlace(pinned.kubectl, pod, target.node, 'debug', rootsOf(target, profile));
        const how = `debug pod ${pod.namespace}/${pod.name}, which was removed again`;
        try {
          return await use(new Collector(place, problems, lifeline.onStep), how, seen.facts);
        } finally {
          await place.close();
        }
      };
      return await withDebugPod(pinned.kubectl, request, lifeline, onLeft, inPod);
    },
  };
}

/** Only profile sysadmin mounts the node's file system under /host (kubectl 1.27 to 1.36, pkg/cmd/debug/profiles.go). */
function rootsOf(target: Pick<NodeTarget, 'image'>, profile: Profile): Root[] {
  if (profile === 'netadmin') return ['image'];
  return target.image === null ? ['host', 'image'] : ['image', 'host'];
}

function wayFailed({ way, error }: { readonly way: string; readonly error: Error }) {
  return { way, said: error.message.replace(/\s*\n\s*/g, '; ') };
}

function noWay(node: string, reasons: readonly { way: string; error: Error }[]): UnreachableError {
  const [first] = reasons;
  const code = reasons
    .map(({ error }) => (error instanceof UnreachableError ? error.code : 'no-rules'))
    .at(-1);
  if (reasons.length === 1 && first !== undefined) {
    return new UnreachableError(
      code ?? 'unreachable',
      `the rules of ${node} cannot be read: ${first.error.message}`,
    );
  }
  const lines = reasons.map(({ way, error }) => `\n  ${way}: ${error.message.replaceAll('\n', '\n  ')}`);
  return new UnreachableError(code ?? 'unreachable', `the rules of ${node} cannot be read:${lines.join('')}`);
}
