import { EXIT } from './exit-status.ts';
import { type Io, processIo } from './io.ts';
import { readVersion } from './version.ts';

/** Runs in a thread of `check`. */
export async function serveChecks(): Promise<void> {
  const { serveChecks } = await import('./fleet/check-thread.ts');
  serveChecks();
}

/**
 * Runs the program.
 * @param argv the arguments, without node and script. Throws nothing.
 * @returns the exit status of the contract.
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    io.out(`${readVersion()}\n`);
    return EXIT.answered;
  }
  try {
    const { runProgram } = await import('./program.ts');
    return await runProgram(argv, io);
  } catch (error) {
    const { reportError } = await import('./report-error.ts');
    return reportError(error, argv, io);
  }
}
