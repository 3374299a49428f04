import { InputError } from '../../capture/input-error.ts';
import { UnreachableError } from '../../capture/live/unreachable-error.ts';
import { type Holder, PodRoutes } from '../../connection/pod-routes.ts';
import type { Peers } from '../../explain/connection/peers.ts';
import type { Note } from '../../explain/explanation.ts';
import type { Known } from '../../explain/question/question.ts';
import type { Node } from '../../kubernetes/objects.ts';
import { type Address, formatAddress, parseAddress, sameAddress } from '../../net/address.ts';
import type { Problem } from '../../problems/problem.ts';
import { type ToldProblem, toldAll } from '../../problems/told-problem.ts';
import type { Load } from '../answer.ts';
import type { Capture } from '../capture.ts';
import { knownOf } from '../known.ts';
import { addressesIn, type CapturedNode, furtherNodes, routingIn } from './captured-nodes.ts';

/** Of more nodes than this the captures are not read for one answer. */
const MOST_READ = 16;

/** Captures that were taken further apart than this may show two states of the cluster. */
export const APART_MINUTES = 15;

/** The captured nodes of one cluster, each read when it is first needed. */
export class CapturedPeers implements Peers {
  readonly #nodes: Map<string, CapturedNode>;
  readonly #load: Load;
  readonly #read = new Map<string, { readonly known: Known; readonly capture: Capture }>();
  readonly #wanted = new Set<string>();
  /** Live nodes that could not be reached, and why. */
  readonly #unreachable = new Map<string, string>();
  #podRoutes: PodRoutes | null = null;
  #owners: ReadonlyMap<string, string | null> | null = null;

  private constructor(nodes: readonly CapturedNode[], load: Load) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#load = load;
  }

  /**
   * Reads the first of the nodes, whose API objects serve for all.
   * Throws InputError where another is of no node of its cluster.
   */
  static async open(nodes: readonly CapturedNode[], load: Load): Promise<CapturedPeers> {
    const peers = new CapturedPeers(nodes, load);
    const [first] = nodes;
    if (first !== undefined) {
      const known = await peers.read(first.name);
      const names = known?.cluster.nodes?.map(({ name }) => name) ?? [];
      for (const node of furtherNodes(first, names)) peers.#nodes.set(node.name, node);
    }
    peers.#requireOneCluster();
    return peers;
  }

  /** The node that was named first. */
  get first(): { readonly known: Known; readonly capture: Capture } {
    const [first] = this.#read.values();
    if (first === undefined) throw new Error('no node of the cluster was read');
    return first;
  }

  /** @returns the capture of a node that was read, and where it lies. */
  sourceOf(known: Known): { readonly capture: Capture; readonly folder: string | null } {
    for (const [name, read] of this.#read)
      if (read.known === known)
        return { capture: read.capture, folder: this.#nodes.get(name)?.folder ?? null };
    return { capture: this.first.capture, folder: null };
  }

  /** @returns a node's state, read now if it was not before; null where it was not captured. */
  async read(name: string): Promise<Known | null> {
    const before = this.#read.get(name);
    if (before !== undefined) return before.known;
    const node = this.#nodes.get(name);
    if (node === undefined) return null;
    const capture = await this.#load(node.sources);
    const [first] = this.#read.values();
    const known =
      first !== undefined && (first.known.cluster.nodes !== null || first.known.cluster.pods !== null)
        ? knownOf(capture, first.known.cluster)
        : knownOf(capture, await capture.cluster());
    this.#read.set(name, { known, capture });
    // Of a live node only what was read tells.
    if (node.folder === null) this.#podRoutes = null;
    return known;
  }

  ownerOf(address: Address): string | null {
    this.#owners ??= ownersIn([...this.#nodes.values()]);
    return this.#owners.get(formatAddress(address)) ?? null;
  }

  holderOf(address: Address): Holder | null {
    this.#podRoutes ??= new PodRoutes(
      [...this.#nodes.values()].map((node) => ({
        name: node.name,
        host: this.#read.get(node.name)?.known.host ?? routingIn(node),
      })),
    );
    return this.#podRoutes.holderOf(address);
  }

  /** @returns whether a node was captured, or is a live one that may be read. */
  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  knownOf(name: string): Known | 'not-captured' | 'not-read' {
    const read = this.#read.get(name);
    if (read !== undefined) return read.known;
    if (!this.#nodes.has(name) || this.#unreachable.has(name)) return 'not-captured';
    this.#wanted.add(name);
    return 'not-read';
  }

  /**
   * Answers, and where that needs nodes that were not read yet, reads them and answers again.
   * @returns the answer with all nodes that it needs, or the most that are read
   */
  async answering<T>(answer: () => T): Promise<T> {
    for (;;) {
      this.#wanted.clear();
      const found = answer();
      const wanted = [...this.#wanted].slice(0, MOST_READ - this.#read.size);
      if (wanted.length === 0) return found;
      for (const name of wanted) await this.#tryReading(name);
    }
  }

  /** A live node that cannot be reached is one that was not captured, and the answer says so: the others are there. */
  async #tryReading(name: string): Promise<void> {
    try {
      await this.read(name);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      this.#unreachable.set(name, error.message);
    }
  }

  /** @returns what the nodes that were read did not let us understand, and which could not be read. */
  problems(): ToldProblem[] {
    const read = [...this.#read.values()].flatMap(({ capture }) => capture.problems.list());
    const unreachable = [...this.#unreachable].map(
      ([node, said]): Problem => ({ code: 'node-not-read', args: { node, said }, file: null, line: null }),
    );
    return toldAll([...read, ...unreachable]);
  }

  /** @returns a note where the captures that were read are of different times. */
  notes(): Note[] {
    const times = [...this.#read.keys()].flatMap((name) => {
      const at = Date.parse(this.#nodes.get(name)?.takenAt ?? '');
      return Number.isNaN(at) ? [] : [{ name, at }];
    });
    const sorted = times.sort((a, b) => a.at - b.at);
    const [earliest, latest] = [sorted[0], sorted.at(-1)];
    if (earliest === undefined || latest === undefined) return [];
    const minutes = Math.round((latest.at - earliest.at) / 60_000);
    if (minutes <= APART_MINUTES) return [];
    const text = `the captures are taken to show one state of the cluster, though that of ${latest.name} is ${minutes} minutes younger than that of ${earliest.name}`;
    return [{ code: 'captures-apart', text, settle: 'capture the nodes at one time' }];
  }

  #requireOneCluster(): void {
    const known = this.first.known.cluster.nodes ?? [];
    if (known.length === 0) return;
    const { node, origin } = this.first.capture.info;
    const of = `the cluster of ${node ?? origin} (${origin})`;
    const captured = [...this.#nodes.values()].filter(({ folder }) => folder !== null);
    const missing = captured.find(({ name }) => !known.some((each) => each.name === name));
    const other = missing ?? captured.find((each) => isElsewhere(each, known));
    if (other === undefined) return;
    const why =
      missing === undefined
        ? `which has none of the addresses there that ${of} knows of it`
        : `which ${of} does not have`;
    throw new InputError(
      'two-clusters',
      `${other.folder} is of node ${other.name}, ${why}: they are of two clusters, or of one at two times`,
      other.folder,
    );
  }
}

/**
 * Nodes of different clusters may have one name (kind, k3d, minikube): their addresses tell them apart.
 * @param known the nodes of a cluster
 * @returns true where the captured node is none of them, whatever it is called
 */
export function isElsewhere(node: CapturedNode, known: readonly Node[]): boolean {
  const internal = known
    .filter(({ name }) => name === node.name)
    .flatMap(({ addresses }) => addresses)
    .filter(({ type }) => type === 'InternalIP')
    .flatMap(({ address }) => parseAddress(address) ?? []);
  const own = addressesIn(node).flatMap((text) => parseAddress(text) ?? []);
  if (own.length === 0 || internal.length === 0) return false;
  return !internal.some((address) => own.some((each) => sameAddress(each, address)));
}

/** Addresses that several nodes have (a bridge of Docker's, an anycast address) tell no node. */
function ownersIn(nodes: readonly CapturedNode[]): Map<string, string | null> {
  const owners = new Map<string, string | null>();
  for (const node of nodes)
    for (const address of new Set(addressesIn(node)))
      owners.set(address, owners.has(address) ? null : node.name);
  return owners;
}
