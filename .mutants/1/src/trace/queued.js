import { unknown } from './answer.js';
import { answered, decided } from './branch.js';
/**
 * A packet for a program of the node. Where none listens it is dropped, or with `bypass` accepted by the table, whatever rules
 * stand behind (nf_queue, net/netfilter/nf_queue.c: -ESRCH).
 */
export function queued(branch, text, bypass, questions) {
    const question = unknown({ code: 'queue-listener', queue: text });
    const known = answered(branch, question);
    if (known === null)
        questions.met(question, branch.probability);
    const as = (held) => (known === null ? decided(branch, question, held) : branch);
    const ending = (way, verdict) => ({
        branch: way,
        verdict,
        reason: null,
        rejectWith: null,
        exit: null,
    });
    const ended = known === false ? [] : [ending(as(true), 'queue')];
    if (known === true)
        return { passed: [], ended };
    return bypass
        ? { passed: [as(false)], ended }
        : { passed: [], ended: [...ended, ending(as(false), 'drop')] };
}
