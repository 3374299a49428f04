import { readFileSync } from 'node:fs';
import type { ConnectionWay, Sees } from '../../src/explain/connection/connection-item.ts';
import type { Peers } from '../../src/explain/connection/peers.ts';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import type { Known } from '../../src/explain/question/question.ts';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { formatAddress } from '../../src/net/address.ts';
import { openCapture } from '../support/open-capture.ts';
import type { Measured, Seen } from './allowed.ts';
import { questionOf } from './check-truth.ts';
import { CLUSTER_ALLOWANCES } from './cluster-allowed.ts';
import { pairsOfFlows } from './flow-pairs.ts';
import type { TruthFile, TruthPair } from './truth-file.ts';

/** How what clients saw compares with what two captures of one cluster tell. */
export interface ClusterReport {
  readonly pairs: number;
  readonly agree: number;
  /** Pairs of whose ways some cannot be determined, by the allowance that says why. */
  readonly allowed: ReadonlyMap<string, number>;
  readonly disagreements: readonly string[];
}

/** A wrong answer that a fair draw would hide less often than this is counted as wrong. */
const CHANCE = 1e-6;

/** @param captures of the nodes of one cluster @param truthFiles measured on them */
export async function checkCluster(
  captures: readonly string[],
  truthFiles: readonly string[],
): Promise<ClusterReport> {
  const nodes = new Map<string, Known>();
  for (const folder of captures) {
    const { known } = await openCapture(folder);
    // The flows of a capture were open while it was taken; the measured connections were new.
    nodes.set(known.node ?? folder, { ...known, flows: null });
  }
  const peers: Peers = {
    ownerOf: (address) =>
      [...nodes].find(([, { host }]) =>
        host.links?.some(
          ({ loopback, addresses }) =>
            !loopback && addresses.some((own) => formatAddress(own.address) === formatAddress(address)),
        ),
      )?.[0] ?? null,
    holderOf: () => null,
    knownOf: (name) => nodes.get(name) ?? 'not-captured',
  };
  const allowed = new Map<string, number>();
  const disagreements: string[] = [];
  let pairs = 0;
  for (const file of truthFiles) {
    const truth: TruthFile = JSON.parse(readFileSync(file, 'utf8'));
    // A file that has nothing but flows tells them from the first node on.
    const measured = truth.pairs === undefined ? { ...truth, node: [...nodes.keys()][0] ?? '' } : truth;
    for (const pair of truth.pairs ?? pairsOfFlows(truth)) {
      pairs++;
      const own = clientNode(pair, measured.node, nodes);
      const local =
        pair.client.kind === 'remote-node' ? { ...pair.client, kind: 'node' as const } : pair.client;
      const question = questionOf(local, pair.dst, null);
      const [item] = explainTrace(question, own, peers);
      if (item === undefined) throw new Error('no answer');
      const wrong = comparePair(pair, item, measured, allowed);
      if (wrong === null) continue;
      const name = `${pair.client.kind} ${pair.client.ip} → ${question.destination}/${question.protocol} (${pair.dst.service ?? pair.dst.kind ?? ''}) on ${measured.node}`;
      disagreements.push(`${name}: ${wrong}`);
    }
  }
  return { pairs, agree: pairs - disagreements.length, allowed, disagreements };
}

/** The node whose rules a client's packets meet first: its own, and from outside the one that is asked. */
function clientNode({ client, dst }: TruthPair, measured: string, nodes: ReadonlyMap<string, Known>): Known {
  const asked = [...nodes.values()].find(({ host }) =>
    host.links?.some(({ addresses }) => addresses.some(({ address }) => formatAddress(address) === dst.ip)),
  );
  if (client.kind === 'external' && asked !== undefined) return asked;
  const remote = client.kind === 'remote-pod' || client.kind === 'remote-node';
  const found = [...nodes].find(([name]) => (name === measured) !== remote);
  if (found === undefined) throw new Error(`no capture of the client's node, seen from ${measured}`);
  return found[1];
}

const SEEN: Readonly<Record<Exclude<Sees, 'unknown'>, Seen>> = {
  works: 'reached',
  refused: 'rejected',
  'times-out': 'timeout',
  'wrong-source': 'timeout',
};

function comparePair(
  pair: TruthPair,
  item: TraceItem,
  truth: Measured,
  allowed: Map<string, number>,
): string | null {
  const used = new Set<string>();
  const expected = item.outcomes.flatMap((outcome) =>
    (outcome.connection === null ? [] : [outcome.connection, ...outcome.connection.others]).map((way) => {
      const allowance = CLUSTER_ALLOWANCES.find(({ applies }) => applies(pair, outcome, way, truth));
      if (allowance === undefined) return { way, sees: way.sees === 'unknown' ? [] : [SEEN[way.sees]] };
      used.add(allowance.name);
      return { way, sees: allowance.sees };
    }),
  );
  for (const name of used) allowed.set(name, (allowed.get(name) ?? 0) + 1);
  const measured = pair.outcome.split('+');
  const text = `measured ${pair.outcome} ${JSON.stringify(pair.backends)}, told ${[...new Set(expected.map(({ way }) => wayText(way)))].join(' | ')}`;
  if (expected.some(({ sees }) => sees.length === 0)) return text;
  if (measured.some((seen) => !expected.some(({ sees }) => sees.some((each) => each === seen)))) return text;
  const unseen = expected.filter(({ sees }) => !sees.some((each) => measured.includes(each)));
  const share = unseen.reduce((sum, { way }) => sum + way.share, 0);
  if (pair.sessionAffinity !== true && (1 - Math.min(1, share)) ** pair.attempts < CHANCE) return text;
  return null;
}

function wayText({ sees, share, reason, legs }: ConnectionWay): string {
  const way = legs.map(({ node, direction }) => `${direction[0]}@${node}`).join(' ');
  return `${sees} ${share.toFixed(2)} [${way}] ${reason === null ? '' : `${reason.code}: ${reason.text}`}`;
}
