import { keyOf, type Question } from './question.ts';
import type { PacketState } from './state.ts';

/**
 * What a packet says to a test: whether it has an allowed value in the test's field. `absent`: it has no such field (the port
 * of a fragment, the mark of a connection that is not tracked); the test says what becomes of it then.
 */
export type Answer = 'yes' | 'no' | 'absent' | Unknown | Chance;

/** The capture cannot tell. The walk forks; each branch carries the answer under which it is the way. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly question: Question;
  /** Equal keys are the same question: a branch that has answered it once does not ask again. */
  readonly key: string;
  /**
   * What a branch knows once the question is answered for it. Where chance had split the ways before, the answer is given anew before the
   * packet sets out (`explore.ts`): it must tell nothing there of what rules, NAT or routing have made of the packet when it is asked.
   */
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
  const key = keyOf(question);
  return refine === undefined
    ? { kind: 'unknown', question, key }
    : { kind: 'unknown', question, key, refine };
}
