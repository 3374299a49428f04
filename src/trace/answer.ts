import { keyOf, type Question } from './question.ts';
import type { PacketState } from './state.ts';

/**
 * What a match says of a packet. `never` is the kernel's matcher giving up: it says no whichever way the option is
 * turned (the port of a fragment, the mark of a connection that is not tracked), so negation must not make it a yes;
 * `always` is the same for yes.
 */
export type Answer = 'yes' | 'no' | 'never' | 'always' | Unknown | Chance;

/** The capture cannot tell. The walk forks; each branch carries the answer under which it is the way. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly question: Question;
  /** Equal keys are the same question: a branch that has answered it once does not ask again. */
  readonly key: string;
  /** What a branch knows once the question is answered for it. */
  readonly refine?: (state: PacketState, held: boolean) => PacketState;
}

/** `statistic`: yes with this probability. */
export interface Chance {
  readonly kind: 'chance';
  readonly probability: number;
}

/** @returns yes or no. */
export function yesNo(value: boolean): Answer {
  return value ? 'yes' : 'no';
}

/** @returns the answer that leaves a question open. */
export function unknown(question: Question, refine?: Unknown['refine']): Unknown {
  const base = { kind: 'unknown' as const, question, key: keyOf(question) };
  return refine === undefined ? base : { ...base, refine };
}

/**
 * Turns an answer to the positive question into one to the option as written. `never` and `always` are the matcher's
 * last word, whichever way the option is turned; an unknown stays unknown, and the caller swaps its branches.
 */
export function turn(answer: 'yes' | 'no' | 'never' | 'always', negated: boolean): 'yes' | 'no' {
  if (answer === 'never') return 'no';
  if (answer === 'always') return 'yes';
  return (answer === 'yes') === negated ? 'no' : 'yes';
}
