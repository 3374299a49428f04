import type { ClusterAccess } from '../../command/kubectl-argv.ts';
import { ProblemList } from '../../problems/problem.ts';
import { toldAll } from '../../problems/told-problem.ts';
import type { CapturedFile } from '../captured-file.ts';
import { InputError } from '../input-error.ts';
import { collectFlows, collectFlowsTo, collectHost, type FlowFilter } from './collect-host.ts';
import { collectRules } from './collect-rules.ts';
import { Collector } from './collector.ts';
import { describeFailure, failureText } from './describe-failure.ts';
import { NO_FACTS } from './find-pod.ts';
import { type FollowedNode, followedNode } from './followed-node.ts';
import { Kubectl } from './kubectl.ts';
import type { Lifeline } from './lifeline.ts';
import { localPlace } from './local-place.ts';
import { type ManifestDocument, manifestText } from './manifest-document.ts';
import type { Place } from './place.ts';
import { RULES, VERSIONS } from './probes.ts';
import { askKubeProxy, localNodeName, localProxyFacts, NO_ANSWERS } from './proxy-facts.ts';
import { type NodeTarget, type ReachedNode, withNode } from './reach-node.ts';
import { takeSecondSample } from './second-sample.ts';

/** What a question needs of a node: only what is needed is run there. */
export interface Needs {
  /** `addresses`: for names alone. `packets`: routes, sysctls, sets and what else decides about a packet. `all`: versions too. */
  readonly host: 'addresses' | 'packets' | 'all';
  /** `some`: those that the question turns out to ask for, once the rules are there. `events`: as they come and go. */
  readonly flows: 'none' | 'some' | 'all' | 'events';
  /** Seconds after which counters are looked at a second time. Absent: they are not. */
  readonly sample?: number;
}

/** Where the state is read: null is this machine. */
export interface LiveTarget {
  readonly node: NodeTarget | null;
  readonly access: ClusterAccess;
  readonly needs: Needs;
}

/** What was read of a node, as files of a capture; `capture.json` is the last of them. */
export interface LiveState {
  readonly files: readonly CapturedFile[];
  readonly manifest: ManifestDocument;
}

/** What the caller gives. */
export interface LiveContext {
  readonly lifeline: Lifeline;
  readonly problems: ProblemList;
  /** What stands in the rules only where kube-proxy works in iptables mode. */
  readonly iptablesModeMark: string;
  /** For the manifest: `kp-explain 0.2.0`. */
  readonly writtenBy: string;
  /**
   * Asked once the rules and the host are there, while the node can still be asked: which flows are needed. Called only
   * where the needs say `some`.
   */
  flowsWanted(state: LiveState): Promise<FlowFilter | null>;
  /** Called where the needs say `events`, once the state is there; the node can be asked until it returns. */
  onFollow?(node: FollowedNode<LiveState>): Promise<void>;
  /** What answers instead of this machine and of kubectl as a program. Absent: they do. */
  readonly instead?: { readonly machine: Place; readonly kubectl: Kubectl };
}

/**
 * Reads the state of this machine or of a node through kubectl. Nothing on the node is changed, and nothing is left
 * behind in the cluster. What fails is a problem, and the rest is read.
 * Throws InputError where this machine gives no rules; UnreachableError where a node or its rules cannot be reached;
 * InterruptedError; what `flowsWanted` throws.
 */
export async function readLiveState(target: LiveTarget, context: LiveContext): Promise<LiveState> {
  const takenAt = timeNow();
  // The manifest holds the problems of this node alone, also where several nodes share the list.
  const own = new ProblemList();
  try {
    if (target.node === null) {
      const reached = await reachThisMachine(context, own);
      return await readOne(reached, localName(reached), 'this machine', takenAt, target, context);
    }
    const { node } = target.node;
    const kubectl =
      context.instead?.kubectl ?? new Kubectl(target.access, context.lifeline.signal, context.lifeline.say);
    return await withNode(
      kubectl,
      target.node,
      context.lifeline,
      own,
      target.needs.host === 'all',
      async (reached) => readOne(reached, node, `node ${node} (${reached.how})`, takenAt, target, context),
    );
  } finally {
    context.problems.addAll(own.list());
  }
}

/** To the second, as manifests have it. */
function timeNow(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

async function reachThisMachine(
  { lifeline, instead }: LiveContext,
  problems: ProblemList,
): Promise<ReachedNode> {
  const place = instead?.machine ?? localPlace(lifeline.signal);
  const rejected = new ProblemList();
  const collector = new Collector(place, rejected, lifeline.onStep);
  const rules = await collectRules(collector, true);
  const { save } = rules;
  if (save.failure === 'missing') {
    throw new InputError(
      'no-state',
      'no node state given, and this machine has no iptables-save: name a capture folder or file with -f, a node with --node, pipe the rules in (-f -), or try --demo',
    );
  }
  if (save.failure !== null) {
    const message = failureText(describeFailure(save, RULES.v4, place), place);
    throw new InputError(
      'no-rules',
      `the rules of this machine cannot be read: ${message}; or name a capture with -f, or a node with --node`,
    );
  }
  problems.addAll(rejected.list());
  const facts = instead === undefined ? localProxyFacts() : NO_FACTS;
  return { collector: collector.reportingTo(problems), rules, facts, how: 'this machine' };
}

function localName({ facts }: ReachedNode): string {
  const told = facts.flags.find((flag) => flag.startsWith('--hostname-override='));
  return told === undefined ? localNodeName() : told.slice(told.indexOf('=') + 1);
}

/** Reads all that is needed, and where flows are followed stays until that is over. */
async function readOne(
  reached: ReachedNode,
  node: string,
  origin: string,
  takenAt: string,
  target: LiveTarget,
  context: LiveContext,
): Promise<LiveState> {
  const state = await readAll(reached, node, origin, takenAt, target, context);
  const followed = followedNode(
    reached,
    state,
    async (again) => await readAll(again, node, origin, timeNow(), target, context),
    context.lifeline,
  );
  if (target.needs.flows === 'events') await context.onFollow?.(followed);
  return state;
}

async function readAll(
  { collector, rules, facts }: ReachedNode,
  node: string,
  origin: string,
  takenAt: string,
  { needs }: LiveTarget,
  context: LiveContext,
): Promise<LiveState> {
  const all = needs.host === 'all';
  await collectHost(collector, { packets: needs.host !== 'addresses', all }, context.iptablesModeMark);
  // Through kubectl each question costs a second, and rules of kube-proxy's iptables mode tell the mode as well.
  const worth = all || collector.place.via === 'local' || !showsMode(collector, context.iptablesModeMark);
  const asked = worth ? await askKubeProxy(collector.place, all) : NO_ANSWERS;
  const kernel = all ? await collector.place.read('/proc/sys/kernel/osrelease') : null;
  const tools = all
    ? await versionsOf(collector, rules.version)
    : [rules.version].filter((text) => text !== null);
  const state = (): LiveState => {
    const manifest: ManifestDocument = {
      apiVersion: 'kp-explain/v1',
      kind: 'CaptureManifest',
      schemaVersion: 1,
      writtenBy: context.writtenBy,
      node,
      takenAt,
      origin,
      via: collector.place.via,
      kubeProxy: asked.version ?? facts.version,
      proxyMode: asked.mode,
      backend: rules.backend,
      kernel: kernel?.kind === 'text' ? kernel.text.trim() : null,
      tools,
      kubeProxyFlags: facts.flags,
      kubeProxyPod: facts.pod,
      kubeProxyErrors: facts.errors,
      kubeProxySync: asked.sync,
      commands: collector.records,
      problems: toldAll(collector.problems()),
    };
    const bytes = manifestText(manifest);
    return {
      files: [...collector.files(), { path: 'capture.json', bytes, origin: `${origin}: manifest` }],
      manifest,
    };
  };
  if (needs.flows === 'all') await collectFlows(collector);
  if (needs.flows === 'some') {
    const filter = await context.flowsWanted(state());
    if (filter !== null) await collectFlowsTo(collector, filter);
  }
  if (needs.sample !== undefined) await takeSecondSample(collector, rules, needs.sample, context.lifeline);
  collector.reportMissing();
  return state();
}

function showsMode(collector: Collector, mark: string): boolean {
  return collector.bytesOf('iptables-save.txt')?.includes(mark) === true;
}

/** The first line of each tool's `--version`. A tool that is not there has none, which is no problem. */
async function versionsOf(collector: Collector, iptables: string | null): Promise<string[]> {
  const versions = iptables === null ? [] : [iptables];
  for (const probe of VERSIONS) {
    const { failure, stdout } = await collector.ask(probe);
    const line = stdout.toString('utf8').split('\n')[0]?.trim() ?? '';
    if (failure === null && line !== '') versions.push(line);
  }
  return versions;
}
