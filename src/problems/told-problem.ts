import { ANSWER_WORDS } from './of-answers.ts';
import { FACT_WORDS } from './of-facts.ts';
import { FILE_WORDS } from './of-files.ts';
import { NODE_WORDS } from './of-nodes.ts';
import { RULE_WORDS } from './of-rules.ts';
import type { Problem, ProblemArguments, ProblemCode, ProblemPlace } from './problem.ts';
import type { Wording } from './wording.ts';

/** Something in the input that could not be understood or is not as it should be. The answer goes on without it. */
export interface ToldProblem extends ProblemPlace {
  /** Stable, for scripts: `truncated`, `unreadable-line`, `unrecognised-input`, … */
  readonly code: string;
  /** One sentence, which names neither the file nor the node. */
  readonly message: string;
}

const WORDS: Wording<ProblemArguments> = {
  ...FILE_WORDS,
  ...RULE_WORDS,
  ...FACT_WORDS,
  ...NODE_WORDS,
  ...ANSWER_WORDS,
};

/** @returns the problem's sentence. */
export function messageOf<C extends ProblemCode>({ code, args, more }: Problem<C>): string {
  return more === undefined ? wordsOf(code, args) : `${more} more like this`;
}

/** @returns the sentence of a problem that ends a run, or is told at once. */
export function wordsOf<C extends ProblemCode>(code: C, args: ProblemArguments[C]): string {
  return WORDS[code](args);
}

/** @returns the problem with its sentence. */
export function told(problem: Problem): ToldProblem {
  const { code, file, line, node, usual } = problem;
  const of = { ...(node === undefined ? {} : { node }), ...(usual === undefined ? {} : { usual }) };
  return { code, message: messageOf(problem), file, line, ...of };
}

/** The same of several. */
export function toldAll(problems: readonly Problem[]): ToldProblem[] {
  return problems.map(told);
}
