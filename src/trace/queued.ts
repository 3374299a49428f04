import { unknown } from './answer.ts';
import type { Branch, Ending } from './branch.ts';
import { eitherWay } from './choose.ts';
import type { Questions } from './questions.ts';

const NOTHING_MORE = { reason: null, rejectWith: null, exit: null } as const;

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
  const passed: Branch[] = [];
  const ended: Ending[] = [];
  const question = unknown({ code: 'queue-listener', queue: text });
  for (const { branch: way, held } of eitherWay(branch, question, questions)) {
    if (!held && bypass) passed.push(way);
    else ended.push({ branch: way, verdict: held ? 'queue' : 'drop', ...NOTHING_MORE });
  }
  return { passed, ended };
}
