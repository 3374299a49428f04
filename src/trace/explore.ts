import { type Unknown, unknown } from './answer.ts';
import { answeredBy, type Branch, decided, type Ending } from './branch.ts';
import { Budget } from './budget.ts';
import { Questions } from './questions.ts';

/** What all ways of one run may cost to tell, before the rest is given up: 10,000 endpoints with affinity cost 290,000. */
const MAX_ENTRIES = 1_000_000;

/** The same for all runs of one trace together. */
const MAX_ENTRIES_OF_ALL = 4_000_000;

/** Questions that may be moved before the dice; each at most doubles the work. */
const MAX_RUNS = 64;

/** Of more questions than this that come up at once, only so many are answered by yes; of very many, one. */
const FEW = 6;
const VERY_MANY = 500;

/** A question settled before the packet sets out. */
interface Settled {
  readonly question: Unknown;
  readonly held: boolean;
}

interface Allowance {
  runs: number;
  entries: number;
}

/** Sends a packet on its way and collects how that ended. */
export type Run = (start: Branch, questions: Questions, budget: Budget) => Ending[];

/**
 * Runs the packet; where a question came up after chance had split its ways, runs it again with the question settled
 * first, so that the outcomes of each set of conditions add up to 1.
 */
export function explore(run: Run, start: Branch): Ending[] {
  return settle(run, start, [], { runs: MAX_RUNS, entries: MAX_ENTRIES_OF_ALL });
}

/** Runs the packet once: every way it can go, of which the shares count for nothing. */
export function runOnce(run: Run, start: Branch): Ending[] {
  return run(start, new Questions(), new Budget(MAX_ENTRIES));
}

function settle(run: Run, start: Branch, settled: readonly Settled[], allowance: Allowance): Ending[] {
  const from = settled.reduce(settledBy, start);
  if (allowance.runs <= 0 || allowance.entries <= 0) return [givenUp(from)];
  const questions = new Questions();
  const budget = new Budget(Math.min(MAX_ENTRIES, allowance.entries));
  const ended = run(from, questions, budget);
  allowance.entries -= budget.used();
  const late = questions.late();
  const [first] = late;
  if (first === undefined) return ended;
  allowance.runs--;
  if (late.length > FEW) return settleMany(run, start, settled, late, allowance);
  return [true, false].flatMap((held) =>
    settle(run, start, [...settled, { question: first, held }], allowance),
  );
}

/**
 * Many questions at once are as a rule one about the client, asked for each endpoint: is it that one? The first few are
 * answered by yes, the others together; nobody of them, the usual case, is followed before all that.
 */
function settleMany(
  run: Run,
  start: Branch,
  settled: readonly Settled[],
  late: readonly Unknown[],
  allowance: Allowance,
): Ending[] {
  const few = late.length > VERY_MANY ? 1 : FEW;
  const fails = late.map((question): Settled => ({ question, held: false }));
  const none = settle(run, start, [...settled, ...fails], allowance);
  const some = late
    .slice(0, few)
    .flatMap((question, i) =>
      settle(run, start, [...settled, ...fails.slice(0, i), { question, held: true }], allowance),
    );
  const from = [...settled, ...fails.slice(0, few)].reduce(settledBy, start);
  const last = late.at(-1);
  if (last === undefined) return [...some, ...none];
  const others = unknown({ code: 'many-questions', count: late.length - few, last: last.question });
  return [...some, givenUp(decided(from, others, true)), ...none];
}

function settledBy(branch: Branch, { question, held }: Settled): Branch {
  return answeredBy(branch, question, held);
}

function givenUp(branch: Branch): Ending {
  return {
    branch,
    verdict: 'unknown',
    reason: { code: 'too-many-questions' },
    rejectWith: null,
    exit: null,
  };
}
