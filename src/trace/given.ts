import type { GivenNode } from './branch.ts';
import type { Condition } from './outcome.ts';

/**
 * Lists what a branch rests on, oldest first. Session affinity asks one list for each endpoint: "not in the first list,
 * nor in the second, nor …" is one fact of one sentence, or the last of 5,000 endpoints would repeat 4,999 of them. So
 * is "the client is not this endpoint, nor that one".
 */
export function listGiven(newest: GivenNode | null): Condition[] {
  const conditions: Condition[] = [];
  for (let node = newest; node !== null; ) {
    const { first, length, before } = node.run;
    if (length > 1 && (first.code === 'recent' || length > 3)) {
      conditions.push(joined(first, node.condition, length));
      node = before;
    } else {
      conditions.push(node.condition);
      node = node.before;
    }
  }
  return conditions.reverse();
}

/** @returns true for an answer that continues a run: one more list or prefix that does not have the client. */
export function continuesRun(before: GivenNode | null, held: boolean, condition: Condition): boolean {
  if (before === null || before.held || held) return false;
  return before.condition.code === condition.code && JOINED.has(condition.code);
}

const JOINED: ReadonlySet<string> = new Set(['recent', 'source-address']);

function joined(first: Condition, last: Condition, length: number): Condition {
  const name = /(?:list|outside) (\S+)/.exec(last.text)?.[1] ?? last.text;
  const others =
    first.code === 'recent'
      ? `nor in the next ${length - 1} lists`
      : `and outside the next ${length - 1} asked for`;
  return { code: first.code, text: `${first.text}, ${others} (the last: ${name})`, settle: first.settle };
}
