import type { Rule } from '../iptables/ruleset.ts';
import type { Unknown } from './answer.ts';
import { type GivenNode, givenBehind } from './given.ts';
import type { Exit, PathEntry, Step, Turn, Verdict } from './outcome.ts';
import type { Reason, TurnFact } from './reason.ts';
import type { PacketState } from './state.ts';
import type { EndpointChain } from './twins.ts';

/**
 * One way the packet can have gone so far. Branches share their past: path, conditions and turns are linked lists
 * whose tails are common, so 5,000 endpoints cost 5,000 small nodes and not 5,000 copies.
 */
export interface Branch {
  readonly state: PacketState;
  readonly probability: number;
  readonly path: PathNode | null;
  readonly given: GivenNode | null;
  readonly turns: TurnNode | null;
  /** The last jump to an endpoint, with those that went as this one; null where there was none, or none is noted. */
  readonly twins: TwinList | null;
}

/** A step passed, newest first. `length` counts the entries up to here; all ways that go on from here have the one entry. */
export interface PathNode {
  readonly entry: PathEntry;
  readonly before: PathNode | null;
  readonly length: number;
}

/** A turn, newest first. */
export interface TurnNode {
  readonly turn: Turn;
  readonly before: TurnNode | null;
}

/** A jump to an endpoint's chain, with jumps to its twins that are not followed: they go on as this one. */
export interface TwinList extends JumpToEndpoint {
  readonly twins: readonly TwinJump[];
  /** What it passed in its own chain. Null where it went several ways there, undefined where nobody asked: then it has no twins. */
  readonly own: readonly { readonly step: Step; readonly rule: Rule }[] | null | undefined;
}

interface JumpToEndpoint {
  readonly endpoint: EndpointChain;
  /** The branch as it jumped. */
  readonly from: Branch;
  /** Its place among all jumps to endpoints, by which ways are put in order. */
  readonly order: number;
}

/** A jump that is not followed. */
export interface TwinJump extends JumpToEndpoint {
  /** What it passes in its own chain, each for the step at that place of {@link TwinList.own}. */
  readonly steps: readonly Step[];
}

/** The end of a way that was not followed: what that of its twin was. */
export interface Folded {
  readonly of: Ending;
  readonly list: TwinList;
  readonly jump: TwinJump;
  /** What its twin passed since the jump, one list for all. */
  readonly rest: readonly PathEntry[];
}

/** How a branch ended. */
export interface Ending {
  readonly branch: Branch;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  readonly rejectWith: string | null;
  readonly exit: Exit | null;
  /** Left folded: the branch is as it jumped to its endpoint, and from there on it went as another did. Absent: it is at its end. */
  readonly folded?: Folded;
}

/** @returns the branch after it passed a step. Field by field: a spread takes twice the time, at each rule that matches. */
export function passed(branch: Branch, step: Step): Branch {
  const { state, probability, path: before, given, turns, twins } = branch;
  const path = { entry: { step, state }, before, length: (before?.length ?? 0) + 1 };
  return { state, probability, path, given, turns, twins };
}

/** @returns the branch, of so many among all packets. */
export function weighed({ state, path, given, turns, twins }: Branch, probability: number): Branch {
  return { state, probability, path, given, turns, twins };
}

/** @returns the branch with the packet changed. */
export function changed(branch: Branch, change: Partial<PacketState>): Branch {
  return { ...branch, state: { ...branch.state, ...change } };
}

/** @returns the branch with a turn noted. */
export function turned(branch: Branch, kind: Turn['kind'], fact: TurnFact): Branch {
  return {
    ...branch,
    turns: { turn: { after: branch.path?.length ?? 0, kind, fact }, before: branch.turns },
  };
}

/** @returns the branch in which the question was answered this way. */
export function decided(branch: Branch, { key, question }: Unknown, held: boolean): Branch {
  const { state, probability, path, turns, twins } = branch;
  const given = givenBehind(branch.given, { key, question, held });
  return { state, probability, path, given, turns, twins };
}

/** @returns the branch that rests on this answer, with what it tells of the packet. */
export function answeredBy(branch: Branch, question: Unknown, held: boolean): Branch {
  const next = decided(branch, question, held);
  return question.refine === undefined ? next : { ...next, state: question.refine(next.state, held) };
}

/**
 * @returns what it costs to tell this branch: its steps, and the cube of its conditions. Conditions that do not hang together double
 * the ways with each of them: all ways of nine are told, and nobody reads what holds under twenty.
 */
export function costOf({ path, given }: Branch): number {
  return (path?.length ?? 0) + (given?.run.count ?? 0) ** 3;
}

/** @returns the answer this branch already gave to a question, or null. */
export function answered(
  branch: Pick<Branch, 'given'>,
  { key, question }: Pick<Unknown, 'key' | 'question'>,
): boolean | null {
  for (let node = branch.given; node !== null; ) {
    if (node.key === key) return node.held;
    const { run, length } = node;
    const { places, before } = run;
    // 5,000 lists that do not have the client are one run, of one kind and one answer.
    const isOther = length > 1 && node.question.code !== question.code;
    if (!isOther && places !== null && (places.get(key) ?? length + 1) <= length) return node.held;
    node = isOther || places !== null ? before : node.before;
  }
  return null;
}

/** @returns what a path leads past, oldest first. */
export function entriesOf(path: PathNode | null): PathEntry[] {
  const entries = new Array<PathEntry>(path?.length ?? 0);
  for (let node = path; node !== null; node = node.before) entries[node.length - 1] = node.entry;
  return entries;
}

/** @returns the entries of a linked list, oldest first. */
export function listed<N extends { readonly before: N | null }>(newest: N | null): N[] {
  const nodes: N[] = [];
  for (let node = newest; node !== null; node = node.before) nodes.push(node);
  return nodes.reverse();
}
