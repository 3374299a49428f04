import { type CapturedFile, sourcesOf } from '../../capture/captured-file.ts';
import type { CheckQuestion } from '../../check/check-capture.ts';
import type { Known } from '../../explain/question/question.ts';
import type { AcrossNodes } from '../../findings/across/across-nodes.ts';
import { type Problem, ProblemList } from '../../problems/problem.ts';
import type { NodeRequest } from '../all-nodes.ts';
import { buildCapture } from '../build-capture.ts';
import type { Capture } from '../capture.ts';
import { checkOne } from '../check-one.ts';
import { type CapturedNode, liveNode } from '../cluster/captured-nodes.ts';
import { asksAcross, followTo, MOST_OTHERS } from '../cluster/follow-to-others.ts';
import { liveOrigin } from '../live-origin.ts';
import { loadCluster } from '../load-cluster.ts';
import type { Progress } from '../progress.ts';
import { type CheckOutcome, failed } from './capture-checker.ts';
import { SharedCluster } from './shared-cluster.ts';

/** A live node as it was read. Values alone, so that a thread can be told. */
export interface NodeState {
  readonly name: string;
  /** Its own, without the cluster's. */
  readonly files: readonly CapturedFile[];
  /** Where they come from, in words. */
  readonly origin: string;
  /** Met while it was read. */
  readonly problems: readonly Problem[];
}

/** What one run of `check` asks of every live node. Values alone, too. */
export interface LiveOrders {
  readonly live: NodeRequest;
  /** Files of the whole cluster. */
  readonly objects: readonly CapturedFile[];
  readonly expect: string | null;
  readonly question: CheckQuestion;
}

/** A node to check, and those that its connections are followed to. */
export interface NodeJob {
  readonly node: NodeState;
  readonly others: readonly NodeState[];
}

/** A live node whose rules are indexed. */
interface ReadNode {
  readonly name: string;
  readonly capture: Capture;
}

/** Checks live nodes one after the other; the last few are kept, since those before them in the list are followed to them. */
export class LiveChecker {
  readonly #orders: LiveOrders;
  readonly #progress: Progress;
  readonly #clusters = new SharedCluster(loadCluster);
  readonly #kept = new Map<string, ReadNode>();

  constructor(orders: LiveOrders, progress: Progress) {
    this.#orders = orders;
    this.#progress = progress;
  }

  /** @returns the node, indexed. Throws InputError where it has no rules. */
  async read({ name, files, origin, problems: met }: NodeState): Promise<ReadNode> {
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const problems = new ProblemList();
    problems.addAll(met);
    const { live, objects } = this.#orders;
    const { capture } = await buildCapture(sourcesOf([...files, ...objects]), liveOrigin(origin, live), {
      problems,
      progress: this.#progress,
      clusters: this.#clusters,
    });
    const node = { name, capture };
    this.#kept.set(name, node);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_OTHERS + 2 && oldest !== undefined) this.#kept.delete(oldest);
    return node;
  }

  /** Throws nothing: what goes wrong is an outcome. */
  async check({ node, others }: NodeJob): Promise<CheckOutcome> {
    const { expect, question } = this.#orders;
    try {
      const own = await this.read(node);
      await own.capture.cluster();
      this.#progress.begin(`checking ${own.capture.info.origin}`);
      const follow = async (known: Known) => await this.#follow(own, others, known);
      return { kind: 'checked', ...(await checkOne(own.capture, expect, question, true, follow)) };
    } catch (error) {
      return failed(error, { files: [node.name] });
    }
  }

  /** Live nodes that were read in one run are of one cluster. @returns null where there are no others, or nobody asked. */
  async #follow(own: ReadNode, others: readonly NodeState[], known: Known): Promise<AcrossNodes | null> {
    const { live, question } = this.#orders;
    const names = (known.cluster.nodes ?? []).map(({ name }) => name);
    const wanted = others.filter(({ name }) => names.includes(name));
    if (!asksAcross(question) || wanted.length === 0 || !names.includes(own.name)) return null;
    const tried = await Promise.all(wanted.map(async (state) => await this.read(state)));
    const read = [own, ...tried];
    const nodeOf = ({ name, capture }: ReadNode): CapturedNode =>
      liveNode(
        name,
        { files: [], demo: false, live: { ...live, target: { ...live.target, node: name } } },
        capture.info.takenAt,
      );
    return await followTo(
      {
        own: nodeOf(own),
        tried: tried.map(nodeOf),
        notTried: names.filter((name) => !read.some((node) => node.name === name)),
      },
      async (sources) => (read.find(({ name }) => name === sources.live?.target?.node) ?? own).capture,
      question,
    );
  }
}
