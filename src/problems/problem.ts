import type { AnswerProblems } from './of-answers.ts';
import type { FactProblems } from './of-facts.ts';
import type { FileProblems } from './of-files.ts';
import type { NodeProblems } from './of-nodes.ts';
import type { RuleProblems } from './of-rules.ts';

/** Each problem's code, with the arguments of its sentence. */
export interface ProblemArguments
  extends FileProblems,
    RuleProblems,
    FactProblems,
    NodeProblems,
    AnswerProblems {}

/** Stable, for scripts: `truncated`, `unreadable-line`, `unrecognised-input`, … */
export type ProblemCode = keyof ProblemArguments;

/** Where a problem is. */
export interface ProblemPlace {
  /** The file as the user named it, or null where the problem has no place. */
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  /** The live node that it is about. Absent: none, or not one alone. */
  readonly node?: string;
  /** What the image that was asked lacks as every one of its kind does: answers tell what they take for granted without it. */
  readonly usual?: boolean;
}

/**
 * Something in the input that could not be understood or is not as it should be. Parsers collect problems and go on; the answer lists
 * them, in the words of `messageOf`.
 */
export type Problem<C extends ProblemCode = ProblemCode> = ProblemsByCode[C];

type ProblemsByCode = { readonly [Code in ProblemCode]: ProblemOf<Code> };

interface ProblemOf<Code extends ProblemCode> extends ProblemPlace {
  readonly code: Code;
  readonly args: ProblemArguments[Code];
  /** So many more of this code and file were met than are listed; the arguments are those of the last one. */
  readonly more?: number;
}

/** Collects problems, keeping the first of each code and file in full and counting the rest, so a broken file cannot flood the answer. */
export class ProblemList {
  static readonly KEPT_PER_CODE = 20;
  readonly #kept: Problem[] = [];
  /** Of each code and file how many were met, and the last that was not kept. */
  readonly #counts = new Map<string, { met: number; last: Problem | null }>();

  /** Adds one problem. */
  add<C extends ProblemCode>(
    code: C,
    args: ProblemArguments[C],
    file: string | null = null,
    line: number | null = null,
    more: Pick<ProblemPlace, 'node' | 'usual'> = {},
  ): void {
    // The compiler does not see that a code and its own arguments are one of the union.
    this.#add({ code, args, file, line, ...more } as Problem);
  }

  /** Adds problems of another list, each as it is. */
  addAll(problems: readonly Problem[]): void {
    for (const problem of problems) this.#add(problem);
  }

  #add(problem: Problem): void {
    const key = `${problem.code}\0${problem.file ?? ''}`;
    const count = this.#counts.get(key) ?? { met: 0, last: null };
    this.#counts.set(key, count);
    count.met++;
    if (count.met <= ProblemList.KEPT_PER_CODE) this.#kept.push(problem);
    else count.last = problem;
  }

  /** @returns the problems in the order they were met; where some were not kept, a last one says how many. */
  list(): Problem[] {
    const dropped: Problem[] = [];
    for (const { met, last } of this.#counts.values())
      if (last !== null) dropped.push({ ...last, line: null, more: met - ProblemList.KEPT_PER_CODE });
    return [...this.#kept, ...dropped];
  }
}
