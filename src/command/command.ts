/** How a line of the shell goes on behind a command. */
export type Joint =
  /** The next one reads what this one writes. */
  | 'pipe'
  /** The next one runs where this one succeeded. */
  | 'if-done'
  /** The next one runs in any case. */
  | 'next';

/** One program with its arguments, each as the program gets it. */
export interface Run {
  readonly argv: readonly string[];
  /** What joins it to the run before it; null for the first. */
  readonly joint: Joint | null;
  /** The file that its output is written to, or null. */
  readonly into: string | null;
}

/**
 * A command for the reader to run. It is a value until `printCommand` makes a line of it: names from captures and clusters
 * are words here, and cannot become anything else.
 */
export interface Command {
  readonly runs: readonly Run[];
}

/** @returns the command that runs one program. */
export function command(...argv: readonly [string, ...string[]]): Command {
  return { runs: [{ argv, joint: null, into: null }] };
}

/** @returns the command with the output of its last program written to a file. */
export function into(file: string, { runs }: Command): Command {
  return { runs: runs.map((run, index) => (index === runs.length - 1 ? { ...run, into: file } : run)) };
}

/** @returns several commands as one line. */
export function joined(joint: Joint, ...commands: readonly [Command, ...Command[]]): Command {
  return {
    runs: commands.flatMap(({ runs }, at) =>
      runs.map((run, index) => (index === 0 && at > 0 ? { ...run, joint } : run)),
    ),
  };
}
