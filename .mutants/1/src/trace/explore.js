import { unknown } from './answer.js';
import { decided } from './branch.js';
import { Budget } from './budget.js';
import { Questions } from './questions.js';
/** Steps and conditions of all ways of one run, before the rest is given up: 10,000 endpoints with affinity need 500,000. */
const MAX_ENTRIES = 1_000_000;
/** The same for all runs of one trace together. */
const MAX_ENTRIES_OF_ALL = 4_000_000;
/** Questions that may be moved before the dice; each at most doubles the work. */
const MAX_RUNS = 64;
/** Of more questions than this that come up at once, only so many are answered by yes; of very many, one. */
const FEW = 6;
const VERY_MANY = 500;
/**
 * Runs the packet; where a question came up after chance had split its ways, runs it again with the question settled
 * first, so that the outcomes of each set of conditions add up to 1.
 */
export function explore(run, start) {
    return settle(run, start, [], { runs: MAX_RUNS, entries: MAX_ENTRIES_OF_ALL });
}
function settle(run, start, settled, allowance) {
    const from = settled.reduce(answerOne, start);
    if (allowance.runs <= 0 || allowance.entries <= 0)
        return [givenUp(from)];
    const questions = new Questions();
    const budget = new Budget(Math.min(MAX_ENTRIES, allowance.entries));
    const ended = run(from, questions, budget);
    allowance.entries -= budget.used();
    const late = questions.late();
    const [first] = late;
    if (first === undefined)
        return ended;
    allowance.runs--;
    if (late.length > FEW)
        return settleMany(run, start, settled, late, allowance);
    return [true, false].flatMap((held) => settle(run, start, [...settled, { question: first, held }], allowance));
}
/**
 * Many questions at once are as a rule one about the client, asked for each endpoint: is it that one? The first few are
 * answered by yes, the others together; nobody of them, the usual case, is followed before all that.
 */
function settleMany(run, start, settled, late, allowance) {
    const few = late.length > VERY_MANY ? 1 : FEW;
    const fails = late.map((question) => ({ question, held: false }));
    const none = settle(run, start, [...settled, ...fails], allowance);
    const some = late
        .slice(0, few)
        .flatMap((question, i) => settle(run, start, [...settled, ...fails.slice(0, i), { question, held: true }], allowance));
    const from = [...settled, ...fails.slice(0, few)].reduce(answerOne, start);
    const last = late.at(-1);
    if (last === undefined)
        return [...some, ...none];
    const others = unknown({ code: 'many-questions', count: late.length - few, last: last.question });
    return [...some, givenUp(decided(from, others, true)), ...none];
}
function answerOne(branch, { question, held }) {
    const next = decided(branch, question, held);
    return question.refine === undefined ? next : { ...next, state: question.refine(next.state, held) };
}
function givenUp(branch) {
    return {
        branch,
        verdict: 'unknown',
        reason: { code: 'too-many-questions' },
        rejectWith: null,
        exit: null,
    };
}
