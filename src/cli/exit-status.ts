/**
 * Exit statuses of the contract. `unwritten`: standard output or standard error could not be written, as EX_IOERR of
 * sysexits.h. Those from 129 on are the shell's own for a signal: closed terminal, Ctrl-C,
 * Ctrl-\, kill.
 */
export const EXIT = {
  answered: 0,
  no: 1,
  usage: 2,
  unreachable: 3,
  bug: 70,
  unwritten: 74,
  hungUp: 129,
  interrupted: 130,
  quit: 131,
  terminated: 143,
} as const;

/** One of them. */
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

const NO_BUG: readonly ExitStatus[] = [
  EXIT.usage,
  EXIT.unreachable,
  EXIT.unwritten,
  EXIT.hungUp,
  EXIT.interrupted,
  EXIT.quit,
  EXIT.terminated,
];

/**
 * @returns the status for a run that ended in an error. An error that is not a bug carries `exitStatus` (2, 3 or 74): what
 * was asked cannot be read or reached, or the answer not written. Anything else is a bug.
 */
export function statusOfError(error: unknown): ExitStatus {
  if (!(error instanceof Error)) return EXIT.bug;
  const told = 'exitStatus' in error ? error.exitStatus : null;
  return NO_BUG.find((status) => status === told) ?? EXIT.bug;
}

/** @returns which of two failures a run of several tells: that we failed is worst; what could not be reached is worse than what could not be read. */
export function worse(before: ExitStatus, now: ExitStatus): ExitStatus {
  const [worst = now] = [EXIT.bug, EXIT.unreachable].filter((one) => one === before || one === now);
  return worst;
}

/** @returns the status of a `chain` answer: nothing of that name is a "no". */
export function statusOfChains(found: number): ExitStatus {
  return found === 0 ? EXIT.no : EXIT.answered;
}

/** @returns the status of a `diff` answer: a difference is a "no", and so is one that could not be ruled out. */
export function statusOfDiff(identical: boolean): ExitStatus {
  return identical ? EXIT.answered : EXIT.no;
}
