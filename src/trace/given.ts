import type { Given, Question } from './question.ts';

/** A question answered for this branch, newest first. */
export interface GivenNode {
  readonly key: string;
  readonly held: boolean;
  readonly question: Question;
  readonly before: GivenNode | null;
  /** The answers that are told as one with this: nodes of one run share it, but for those behind a fork. */
  readonly run: GivenRun;
  /** How many answers the run has up to this one. */
  readonly length: number;
  /** What {@link listGiven} made of it; null: nobody asked yet. */
  listed: readonly Given[] | null;
}

interface GivenRun {
  /** The oldest. */
  readonly first: Pick<GivenNode, 'question' | 'key'>;
  /** What was answered before them. */
  readonly before: GivenNode | null;
  /** Runs up to this one: how many conditions will be told. */
  readonly count: number;
  /** At which place of the run each key was answered; nodes behind a fork are not in it. Null for a single answer, and behind a fork. */
  readonly places: Map<string, number> | null;
}

/** @returns the node that is put behind `before`, with this answer. */
export function givenBehind(
  before: GivenNode | null,
  { key, question, held }: Pick<GivenNode, 'key' | 'question' | 'held'>,
): GivenNode {
  if (before === null || !continuesRun(before, held, question)) {
    const count = (before?.run.count ?? 0) + 1;
    const run = { first: { question, key }, before, count, places: null };
    return { key, held, question, before, run, length: 1, listed: null };
  }
  const length = before.length + 1;
  return { key, held, question, before, run: runOn(before, key, length), length, listed: null };
}

/** Of two branches that go on from one node only the first can go on with its places. */
function runOn({ key: own, run, length: behind }: GivenNode, key: string, length: number): GivenRun {
  if (behind === 1) return { ...run, places: new Map([[own, 1]]).set(key, length) };
  const { places } = run;
  if (places?.size !== behind || places.has(key)) return places === null ? run : { ...run, places: null };
  places.set(key, length);
  return run;
}

/** @returns what a branch rests on, oldest first; runs of answers of one kind as one. Ways that rest on the same have one list. */
export function listGiven(newest: GivenNode | null): readonly Given[] {
  if (newest === null) return NOTHING;
  newest.listed ??= told(newest);
  return newest.listed;
}

const NOTHING: readonly Given[] = [];

function told(newest: GivenNode): Given[] {
  const given: Given[] = [];
  for (let node: GivenNode | null = newest; node !== null; ) {
    const { question, key, held, run, length }: GivenNode = node;
    const { code } = run.first.question;
    if (length > 1 && (code === 'recent' || code === 'ipvs-template' || length > 3)) {
      const { question: first, key: firstKey } = run.first;
      const joined = { more: length - 1, last: question, lastKey: key };
      given.push({ question: first, key: firstKey, held, joined });
      node = run.before;
    } else {
      given.push({ question, key, held, joined: null });
      node = node.before;
    }
  }
  return given.toReversed();
}

/** @returns true for an answer that continues a run: one more list or prefix that does not have the client. */
function continuesRun(before: GivenNode, held: boolean, { code }: Question): boolean {
  if (before.held || held || before.question.code !== code) return false;
  return code === 'recent' || code === 'source-address' || code === 'ipvs-template';
}
