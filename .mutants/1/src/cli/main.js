import { EXIT } from './exit-status.js';
import { processIo } from './io.js';
import { readVersion } from './version.js';
/**
 * Runs the program.
 * @param argv the arguments, without node and script. Throws nothing.
 * @returns the exit status of the contract.
 */
export async function main(argv, io = processIo()) {
    if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
        io.out(`${readVersion()}\n`);
        return EXIT.answered;
    }
    try {
        const { runProgram } = await import('./program.js');
        return await runProgram(argv, io);
    }
    catch (error) {
        const { reportError } = await import('./report-error.js');
        return reportError(error, argv, io);
    }
}
