import { InputError } from '../../capture/input-error.ts';
import type { CheckQuestion } from '../../check/check-capture.ts';
import type { Known } from '../../explain/question/question.ts';
import type { AcrossNodes } from '../../findings/across/across-nodes.ts';
import { followAcross } from '../../findings/across/follow-across.ts';
import type { Load } from '../answer.ts';
import type { Capture } from '../capture.ts';
import type { SourceRequest } from '../requests.ts';
import { type CapturedNode, capturedNode } from './captured-nodes.ts';
import { APART_MINUTES, CapturedPeers, isElsewhere } from './captured-peers.ts';

/** From each node connections are followed to so many others: to those behind it in the list, so that each is gone to. */
export const MOST_OTHERS = 3;

/** The captures of one run of `check`, of which each node's connections are followed to some others. */
export class OtherCaptures {
  readonly #nodes: readonly CapturedNode[];
  readonly #load: Load;
  /** Those that were needed last: the nodes of a ring are needed by those before them. */
  readonly #kept = new Map<string, Promise<Capture>>();

  /** @param load reads a capture, with problems of its own */
  constructor(captures: readonly SourceRequest[], load: Load) {
    this.#nodes = captures.flatMap(({ files }) => {
      const [folder] = files;
      return files.length === 1 && folder !== undefined ? (capturedNode(folder) ?? []) : [];
    });
    this.#load = load;
  }

  /** Whether captures may be read for others, too: those of one node are of several times, or of several clusters. */
  get areRead(): boolean {
    return new Set(this.#nodes.map(({ name }) => name)).size > 1;
  }

  /** @returns the capture, also where it was read for another node before. Throws InputError. */
  async read(sources: SourceRequest): Promise<Capture> {
    const [key] = sources.files;
    if (key === undefined || !this.areRead) return await this.#load(sources);
    const capture = this.#kept.get(key) ?? this.#load(sources);
    this.#kept.delete(key);
    this.#kept.set(key, capture);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_OTHERS + 2 && oldest !== undefined) this.#kept.delete(oldest);
    return await capture;
  }

  /**
   * Follows connections from a node to others whose captures are of the same cluster and time.
   * @returns what came of it; null where there are none, or nobody asked
   */
  async follow(sources: SourceRequest, known: Known, question: CheckQuestion): Promise<AcrossNodes | null> {
    if (!asksAcross(question)) return null;
    const own = this.#nodes.find(({ folder }) => folder === sources.files[0]);
    if (own === undefined) return null;
    const others = this.#othersOf(own, known);
    if (others.length === 0) return null;
    const tried = await this.#readable(others.slice(0, MOST_OTHERS));
    const notTried = others.filter((node) => !tried.includes(node)).map(({ name }) => name);
    return await followTo({ own, tried, notTried }, async (wanted) => await this.read(wanted), question);
  }

  /** In the order of a ring, from the node on. None where a name is there twice: they would be of two states. */
  #othersOf(own: CapturedNode, known: Known): CapturedNode[] {
    const cluster = known.cluster.nodes ?? [];
    const close = this.#nodes.filter((node) => (minutesBetween(own, node) ?? 0) <= APART_MINUTES);
    const at = close.indexOf(own);
    const isOfIt = (node: CapturedNode): boolean =>
      close.filter(({ name }) => name === node.name).length === 1 &&
      cluster.some(({ name }) => name === node.name) &&
      !isElsewhere(node, cluster);
    if (!isOfIt(own)) return [];
    return [...close.slice(at + 1), ...close.slice(0, at)].filter(isOfIt);
  }

  /** What cannot be read is told where it is checked itself. */
  async #readable(nodes: readonly CapturedNode[]): Promise<CapturedNode[]> {
    const readable: CapturedNode[] = [];
    for (const node of nodes) {
      try {
        await this.read(node.sources);
        readable.push(node);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
    return readable;
  }
}

/** A node, those that its connections are followed to, and the names of those that they are not. */
export interface Neighbours {
  readonly own: CapturedNode;
  readonly tried: readonly CapturedNode[];
  readonly notTried: readonly string[];
}

/** @returns whether a question to `check` is one that following connections may answer. */
export function asksAcross({ only }: CheckQuestion): boolean {
  return only === null || only.has('KP133');
}

/** @param load reads a node of `neighbours` @returns what came of following the node's connections. Throws InputError. */
export async function followTo(
  { own, tried, notTried }: Neighbours,
  load: Load,
  { about = null }: CheckQuestion,
): Promise<AcrossNodes | null> {
  const peers = await CapturedPeers.open([own, ...tried], load);
  const apart = tried.map((node) => minutesBetween(own, node));
  const apartMinutes = apart.includes(null) ? null : Math.max(0, ...apart.map((each) => each ?? 0));
  const nodes = tried.map(({ name }) => name);
  return await peers.answering(() =>
    followAcross(peers.first.known, { peers, nodes, notTried, apartMinutes }, about),
  );
}

/** Null where one of the two does not tell its time: whoever gave them together says that they are of one. */
function minutesBetween(a: CapturedNode, b: CapturedNode): number | null {
  const minutes = Math.abs(Date.parse(a.takenAt ?? '') - Date.parse(b.takenAt ?? '')) / 60_000;
  return Number.isNaN(minutes) ? null : minutes;
}
