import { type Address, formatAddress } from '../../net/address.ts';
import type { Ending } from '../../trace/branch.ts';
import type { GivenNode } from '../../trace/given.ts';
import type { PacketState } from '../../trace/state.ts';
import type { Ways } from '../../trace/trace-packet.ts';

/** One thing that can become of a packet, as one text, and its share given the conditions of its group. */
export type Shares = ReadonlyMap<string, number>;

/** What becomes of a packet where certain questions are answered in a certain way. */
export interface Group {
  readonly answers: Answers;
  readonly shares: Shares;
  /** The first way to each result. */
  readonly ends: ReadonlyMap<string, Ending>;
}

/** Answers to questions that no capture settles, by the question's key. */
export interface Answers {
  /** Equal for equal answers, whatever their order. */
  readonly hash: string;
  readonly list: () => ReadonlyMap<string, boolean>;
}

/** Names a question so that numbers of rules are not in it: rule 3 of FORWARD here may be rule 4 on the other side. */
export type NameQuestion = (question: GivenNode) => string;

/**
 * @param tell what is told of an ending: endings of which the same is told are one
 * @returns what a side does with a packet, by the answers it rests on.
 */
export function groupWays(
  { endings }: Ways,
  nameQuestion: NameQuestion,
  tell: (ending: Ending) => string = (ending) => resultOf(ending, ending.branch.state),
): Group[] {
  const groups = new Map<
    string,
    { answers: Answers; shares: Map<string, number>; ends: Map<string, Ending> }
  >();
  const hashes = new WeakMap<GivenNode, Hash>();
  for (const ending of endings) {
    const answers = answersOf(ending.branch.given, hashes, nameQuestion);
    let group = groups.get(answers.hash);
    if (group === undefined) {
      group = { answers, shares: new Map(), ends: new Map() };
      groups.set(answers.hash, group);
    }
    const result = tell(ending);
    group.shares.set(result, (group.shares.get(result) ?? 0) + ending.branch.probability);
    if (!group.ends.has(result)) group.ends.set(result, ending);
  }
  return [...groups.values()];
}

/**
 * Where no answer to an open question makes a difference, there is none: each pair of groups whose answers do not
 * contradict each other must share out the packet alike.
 * @returns the first pair that does not, or null.
 */
export function findDifference(
  before: readonly Group[],
  after: readonly Group[],
): { readonly before: Group; readonly after: Group } | null {
  const same = new Map(after.map((group) => [group.answers.hash, group]));
  const alike = before.every((group) => {
    const other = same.get(group.answers.hash);
    return other !== undefined && sameShares(group.shares, other.shares);
  });
  if (alike && before.length === after.length) return null;
  for (const one of before) {
    for (const other of after) {
      if (!sameShares(one.shares, other.shares) && agree(one.answers, other.answers))
        return { before: one, after: other };
    }
  }
  return null;
}

/**
 * kube-proxy writes probabilities with ten digits and the kernel keeps 31 bits of them, so shares of the same endpoints
 * differ in their last digits when their order does.
 */
export function sameShare(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 + 1e-5 * Math.max(a, b);
}

/** @returns true where both have the same results with the same shares. */
export function sameShares(a: Shares, b: Shares): boolean {
  if (a.size !== b.size) return false;
  for (const [result, share] of a) {
    const other = b.get(result);
    if (other === undefined || !sameShare(share, other)) return false;
  }
  return true;
}

function agree(a: Answers, b: Answers): boolean {
  const [few, many] = [a.list(), b.list()].sort((x, y) => x.size - y.size);
  for (const [key, held] of few ?? []) {
    const other = many?.get(key);
    if (other !== undefined && other !== held) return false;
  }
  return true;
}

/** What a receiver can notice of a packet. */
export type Noticed = Pick<
  PacketState,
  'source' | 'sourcePort' | 'sourceRewrite' | 'destination' | 'destinationPort' | 'tos' | 'ttl'
>;

/** @returns what a sender or receiver can notice, as one text. Which rule dropped a packet is not in it. */
export function resultOf(
  { verdict, reason, rejectWith, exit }: Pick<Ending, 'verdict' | 'reason' | 'rejectWith' | 'exit'>,
  state: Noticed,
  textOf: (address: Address) => string = formatAddress,
): string {
  if (verdict === 'drop') return verdict;
  if (verdict === 'reject') return `${verdict} ${rejectWith}`;
  if (verdict === 'unknown') return `${verdict} ${reason?.code}`;
  const { source, sourcePort, sourceRewrite, destination, destinationPort } = state;
  const sender = source.address === null ? '?' : textOf(source.address);
  const out =
    exit === null
      ? '?'
      : exit.kind === 'local'
        ? 'local'
        : `${exit.name} ${exit.nextHop === null ? '' : textOf(exit.nextHop)}`;
  return [
    verdict,
    `${textOf(destination)} ${destinationPort}`,
    `${sender} ${sourcePort} ${sourceRewrite}`,
    out,
    `${state.tos.bits}/${state.tos.known} ${state.ttl}`,
  ].join(' | ');
}

interface Hash {
  readonly high: number;
  readonly low: number;
}

const NONE: Hash = { high: 0, low: 0 };

function answersOf(
  newest: GivenNode | null,
  hashes: WeakMap<GivenNode, Hash>,
  nameQuestion: NameQuestion,
): Answers {
  const given = hashOf(newest, hashes, nameQuestion);
  return {
    hash: `${given.high} ${given.low}`,
    list: () => {
      const list = new Map<string, boolean>();
      for (let node = newest; node !== null; node = node.before) list.set(nameQuestion(node), node.held);
      return list;
    },
  };
}

/** Sums of hashes do not depend on the order of the answers, and ways share the sums of their common past. */
function hashOf(
  newest: GivenNode | null,
  hashes: WeakMap<GivenNode, Hash>,
  nameQuestion: NameQuestion,
): Hash {
  const fresh: GivenNode[] = [];
  let sum = NONE;
  for (let node = newest; node !== null; node = node.before) {
    const known = hashes.get(node);
    if (known !== undefined) {
      sum = known;
      break;
    }
    fresh.push(node);
  }
  for (const node of fresh.reverse()) {
    const text = `${nameQuestion(node)} ${node.held}`;
    sum = { high: (sum.high + fnv(text, 0x811c9dc5)) >>> 0, low: (sum.low + fnv(text, 0x9747b28c)) >>> 0 };
    hashes.set(node, sum);
  }
  return sum;
}

function fnv(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
