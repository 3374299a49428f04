import type { GivenNode } from './branch.ts';
import type { Condition } from './outcome.ts';

/**
 * Lists what a branch rests on, oldest first. Session affinity asks one list for each endpoint: "not in the first list,
 * nor in the second, nor …" is one fact of one sentence, or the last of 5,000 endpoints would repeat 4,999 of them.
 */
export function listGiven(newest: GivenNode | null): Condition[] {
  const conditions: Condition[] = [];
  for (let node = newest; node !== null; ) {
    const { first, length, before } = node.run;
    conditions.push(length === 1 ? first : joined(first, node.condition, length));
    node = before;
  }
  return conditions.reverse();
}

/** @returns true for an answer that continues a run: no list of recent clients has this one. */
export function isNotRecent(node: Pick<GivenNode, 'held' | 'condition'>): boolean {
  return !node.held && node.condition.code === 'recent';
}

function joined(first: Condition, last: Condition, length: number): Condition {
  const name = /list (\S+)/.exec(last.text)?.[1] ?? last.text;
  const text = `${first.text}, nor in the next ${length - 1} lists (the last: ${name})`;
  return { code: first.code, text, settle: first.settle };
}
