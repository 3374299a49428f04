import type { Given, Question } from './question.ts';

/** A question answered for this branch, newest first. */
export interface GivenNode {
  readonly key: string;
  readonly held: boolean;
  readonly question: Question;
  readonly before: GivenNode | null;
  /** The answers, up to this one, that are told as one: the oldest, how many, and what was answered before them. */
  readonly run: {
    readonly first: Question;
    readonly length: number;
    readonly before: GivenNode | null;
    /** Runs up to this one: how many conditions will be told. */
    readonly count: number;
    /**
     * At which place of the run each key was answered, shared by all nodes of the run; nodes behind a fork are not in it. Null
     * for a single answer, and behind a fork.
     */
    readonly places: Map<string, number> | null;
  };
}

/** @returns the run of a node that is put behind `before`, with this key. */
export function runBehind(
  before: GivenNode | null,
  { key, question, held }: Pick<GivenNode, 'key' | 'question' | 'held'>,
): GivenNode['run'] {
  if (before === null || !continuesRun(before, held, question))
    return { first: question, length: 1, before, count: (before?.run.count ?? 0) + 1, places: null };
  const { run } = before;
  const length = run.length + 1;
  return { ...run, length, places: placesWith(before, key, length) };
}

/** Of two branches that go on from one node only the first can go on with its places. */
function placesWith({ key: own, run }: GivenNode, key: string, length: number): Map<string, number> | null {
  if (run.length === 1) return new Map([[own, 1]]).set(key, length);
  return run.places?.size === run.length && !run.places.has(key) ? run.places.set(key, length) : null;
}

/** @returns what a branch rests on, oldest first; runs of answers of one kind as one. Ways that rest on the same have one list. */
export function listGiven(newest: GivenNode | null): readonly Given[] {
  if (newest === null) return NOTHING;
  const known = LISTED.get(newest) ?? told(newest);
  LISTED.set(newest, known);
  return known;
}

const NOTHING: readonly Given[] = [];

const LISTED = new WeakMap<GivenNode, readonly Given[]>();

function told(newest: GivenNode): Given[] {
  const given: Given[] = [];
  for (let node: GivenNode | null = newest; node !== null; ) {
    const { first, length, before }: GivenNode['run'] = node.run;
    if (length > 1 && (first.code === 'recent' || first.code === 'ipvs-template' || length > 3)) {
      given.push({ question: first, held: node.held, joined: { more: length - 1, last: node.question } });
      node = before;
    } else {
      given.push({ question: node.question, held: node.held, joined: null });
      node = node.before;
    }
  }
  return given.reverse();
}

/** @returns true for an answer that continues a run: one more list or prefix that does not have the client. */
function continuesRun(before: GivenNode | null, held: boolean, { code }: Question): boolean {
  if (before === null || before.held || held || before.question.code !== code) return false;
  return code === 'recent' || code === 'source-address' || code === 'ipvs-template';
}
