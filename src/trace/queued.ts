import { unknown } from './answer.ts';
import { answered, type Branch, decided, type Ending } from './branch.ts';
import type { Questions } from './questions.ts';

/**
 * A packet for a program of the node. Where none listens it is dropped, or with `bypass` accepted by the table, whatever rules
 * stand behind (nf_queue, net/netfilter/nf_queue.c: -ESRCH).
 */
export function queued(
  branch: Branch,
  text: string,
  bypass: boolean,
  questions: Questions,
): { readonly passed: readonly Branch[]; readonly ended: readonly Ending[] } {
  const question = unknown({ code: 'queue-listener', queue: text });
  const known = answered(branch, question);
  if (known === null) questions.met(question, branch.probability);
  const as = (held: boolean): Branch => (known === null ? decided(branch, question, held) : branch);
  const ending = (way: Branch, verdict: Ending['verdict']): Ending => ({
    branch: way,
    verdict,
    reason: null,
    rejectWith: null,
    exit: null,
  });
  const ended = known === false ? [] : [ending(as(true), 'queue')];
  if (known === true) return { passed: [], ended };
  return bypass
    ? { passed: [as(false)], ended }
    : { passed: [], ended: [...ended, ending(as(false), 'drop')] };
}
