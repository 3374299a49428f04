import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sees } from '../../../src/explain/connection/connection-item.ts';
import type { Peers } from '../../../src/explain/connection/peers.ts';
import { explainTrace } from '../../../src/explain/explain-trace.ts';
import { type Known, plainQuestion } from '../../../src/explain/question/question.ts';
import type { TraceItem } from '../../../src/explain/trace-list.ts';
import { formatAddress } from '../../../src/net/address.ts';
import { openCapture } from '../../support/open-capture.ts';
import { type Attempt, ClusterLab, type Seen } from './cluster-lab.ts';
import { pairs } from './pairs.ts';
import { NODE_ADDRESS, OUTSIDE, POD_NETWORKS, PODS } from './services.ts';
import { SETUPS, type Setup } from './setups.ts';

/** What was compared. */
export interface ClusterCampaign {
  readonly setups: number;
  readonly pairs: number;
  /** How many pairs were seen to work, to be refused, to time out: what no client saw was not compared. */
  readonly seen: Readonly<Record<Seen, number>>;
  readonly disagreements: readonly string[];
  /** Which pair was the first of them, from 1; null without. */
  readonly firstDisagreement: number | null;
}

/** Captures of one set-up, and what clients saw there. */
export interface Measured {
  readonly setup: string;
  readonly folders: readonly string[];
  readonly pairs: readonly { readonly asked: Attempt; readonly seen: readonly Seen[] }[];
}

/** A way of this share would be missed in so many tries less often than once in a million. */
const CHANCE = 1e-6;
const TRIES = 12;
/** A SYN that is lost is sent again after one second: what is silent so long is lost. */
const SECONDS = 2.5;

/**
 * Sets both nodes up, has every client ask for everything, and captures both nodes.
 * @param folder where captures go @param setups which; each takes some seconds
 */
export async function measure(folder: string, setups: readonly Setup[] = SETUPS): Promise<Measured[]> {
  const lab = await ClusterLab.open();
  try {
    const measured: Measured[] = [];
    for (const [at, setup] of setups.entries()) {
      await lab.use(setup);
      const asked = pairs();
      const seen: Seen[][] = asked.map(() => []);
      // What a pair needs is learned with the first try: addresses of neighbours, above all.
      await lab.ask(asked, SECONDS);
      for (let begin = 0; begin < asked.length; begin += 56) {
        const some = asked.slice(begin, begin + 56);
        const tries = some.flatMap((each) => Array.from({ length: TRIES }, () => each));
        const answers = await lab.ask(tries, SECONDS);
        for (const [index, answer] of answers.entries())
          seen[begin + Math.floor(index / TRIES)]?.push(answer);
      }
      const folders = await lab.capture(join(folder, String(at)), setup);
      measured.push({
        setup: setup.name,
        folders,
        pairs: asked.map((each, index) => ({ asked: each, seen: seen[index] ?? [] })),
      });
    }
    return measured;
  } finally {
    lab.close();
  }
}

/** @returns how what clients saw compares with what the captures tell. */
export async function judge(measured: readonly Measured[]): Promise<ClusterCampaign> {
  const disagreements: string[] = [];
  const seen: Record<Seen, number> = { works: 0, refused: 0, 'times-out': 0 };
  let count = 0;
  let first: number | null = null;
  for (const { setup, folders, pairs: all } of measured) {
    const nodes = await openNodes(folders);
    for (const pair of all) {
      count++;
      for (const one of new Set(pair.seen)) seen[one]++;
      const [item] = explainTrace(questionOf(pair.asked), clientNode(pair.asked, nodes), peersOf(nodes));
      const wrong = item === undefined ? 'no answer' : compare(pair.seen, item);
      const { from, protocol, address, port } = pair.asked;
      if (wrong === null) continue;
      first ??= count;
      disagreements.push(`${setup}: ${from} → ${address}:${port}/${protocol}: ${wrong}`);
    }
  }
  return { setups: measured.length, pairs: count, seen, disagreements, firstDisagreement: first };
}

/**
 * Measures and judges in a folder that is gone afterwards.
 * @param also is done with what was measured, while the captures are there
 */
export async function runClusterCampaign(
  setups: readonly Setup[] = SETUPS,
  also: (measured: readonly Measured[]) => void = () => {},
): Promise<ClusterCampaign> {
  const folder = mkdtempSync(join(tmpdir(), 'kp-explain-cluster-'));
  try {
    const measured = await measure(folder, setups);
    const result = await judge(measured);
    also(measured);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openNodes(folders: readonly string[]): Promise<ReadonlyMap<string, Known>> {
  const nodes = new Map<string, Known>();
  for (const folder of folders) {
    const { known } = await openCapture(folder);
    nodes.set(known.node ?? folder, known);
  }
  return nodes;
}

function peersOf(nodes: ReadonlyMap<string, Known>): Peers {
  const own = (known: Known, text: string) =>
    known.host.links?.some(
      ({ loopback, addresses }) =>
        !loopback && addresses.some(({ address }) => formatAddress(address) === text),
    ) === true;
  return {
    ownerOf: (address) => [...nodes].find(([, known]) => own(known, formatAddress(address)))?.[0] ?? null,
    holderOf: () => null,
    knownOf: (name) => nodes.get(name) ?? 'not-captured',
  };
}

function questionOf({ from, protocol, address, port }: Attempt) {
  const sender = from === 'ext' ? OUTSIDE : from === 'n1' || from === 'n2' ? 'node' : PODS[from].address;
  return { ...plainQuestion(`${address}:${port}`), from: sender, protocol };
}

/** The node that a client's packets meet first: from outside the one that is asked, or whose pods are; else the first, its gateway. */
function clientNode({ from, address }: Attempt, nodes: ReadonlyMap<string, Known>): Known {
  const second =
    from === 'ext'
      ? address === NODE_ADDRESS.n2 || address.startsWith(POD_NETWORKS.n2.slice(0, 9))
      : from === 'n2' || (from !== 'n1' && PODS[from].node === 'n2');
  const known = nodes.get(second ? 'n2' : 'n1');
  if (known === undefined) throw new Error('a node was not captured');
  return known;
}

const SEEN: Readonly<Record<Sees, Seen | null>> = {
  works: 'works',
  refused: 'refused',
  'times-out': 'times-out',
  'wrong-source': 'times-out',
  unknown: null,
};

/** @returns null where what was told is what was seen: no other, and all of it that chance can have missed. */
function compare(seen: readonly Seen[], item: TraceItem): string | null {
  const ways = item.outcomes.flatMap(({ connection, probability }) =>
    (connection === null ? [] : [connection, ...connection.others]).map((way) => ({ ...way, probability })),
  );
  const told = ways.map(({ sees, share, reason, legs }) => {
    const path = legs.map(({ node, direction }) => `${direction[0]}@${node}`).join(' ');
    return `${sees} ${share.toFixed(2)} [${path}]${reason === null ? '' : ` ${reason.code}: ${reason.text}`}`;
  });
  const text = `saw ${[...new Set(seen)].join('+')}, told ${[...new Set(told)].join(' | ')}`;
  if (ways.length === 0 || ways.some(({ sees }) => SEEN[sees] === null)) return text;
  if (seen.some((one) => !ways.some(({ sees }) => SEEN[sees] === one))) return text;
  const missed = ways.filter(({ sees }) => !seen.some((one) => SEEN[sees] === one));
  const share = missed.reduce((sum, way) => sum + way.share, 0);
  return (1 - Math.min(1, share)) ** seen.length < CHANCE ? text : null;
}
