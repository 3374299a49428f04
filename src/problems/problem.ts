/**
 * Something in the input that could not be understood or is not as it should be. Parsers collect problems and go on;
 * the answer lists them. Wording is chosen where the problem is made, escaping where it is shown.
 */
export interface Problem {
  /** Stable, for scripts: `truncated`, `unreadable-line`, `unrecognised-input`, … */
  readonly code: string;
  readonly message: string;
  /** The file as the user named it, or null where the problem has no place. */
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  /** The live node that it is about, whose name begins the message as `NODE: `. Absent: none, or not one alone. */
  readonly node?: string;
  /** What the image that was asked lacks as every one of its kind does: answers tell what they take for granted without it. */
  readonly usual?: boolean;
}

/** Collects problems, keeping the first of each code and file in full and counting the rest, so a broken file cannot flood the answer. */
export class ProblemList {
  static readonly KEPT_PER_CODE = 20;
  readonly #kept: Problem[] = [];
  readonly #counts = new Map<string, number>();

  /** Adds one problem. */
  add(
    code: string,
    message: string,
    file: string | null = null,
    line: number | null = null,
    more: Pick<Problem, 'node' | 'usual'> = {},
  ): void {
    const key = `${code}\0${file ?? ''}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count <= ProblemList.KEPT_PER_CODE) this.#kept.push({ code, message, file, line, ...more });
  }

  /** Adds problems of another list, each as it is. */
  addAll(problems: readonly Problem[]): void {
    for (const { code, message, file, line, ...more } of problems) this.add(code, message, file, line, more);
  }

  /** @returns the problems in the order they were met; where some were not kept, a last one says how many. */
  list(): Problem[] {
    const dropped: Problem[] = [];
    for (const [key, count] of this.#counts) {
      if (count <= ProblemList.KEPT_PER_CODE) continue;
      const [code = '', file = ''] = key.split('\0');
      const more = count - ProblemList.KEPT_PER_CODE;
      dropped.push({ code, message: `${more} more like this`, file: file === '' ? null : file, line: null });
    }
    return [...this.#kept, ...dropped];
  }
}
