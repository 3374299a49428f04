import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'terminal.py');
const PROGRAM = join(import.meta.dirname, '../../bin/kp-explain.cjs');

/** Why no program can be run on a terminal here; null where one can. */
export const noTerminal: string | null =
  spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0
    ? null
    : 'python3 of 3.9 or newer is not here';

/** What came of a run on a terminal. */
export interface TerminalRun {
  /** All that was written there, with its codes. */
  readonly screen: string;
  /** As a shell tells it. */
  readonly status: number;
  /** From the key to the end; null where none was typed. */
  readonly seconds: number | null;
}

/**
 * Runs the built program on a terminal of its own.
 * @param within is what the program is run by: `ip netns exec …`
 * @param more is where, what its environment holds besides, and how large the terminal is; else it is 0 by 0, as some say
 * @param key is typed once `when` stands there; `close` takes the terminal away; null: nothing is done
 */
export async function runOnTerminal(
  args: readonly string[],
  when: RegExp = /$^/,
  key: 'ctrl-c' | 'ctrl-c q' | 'q' | 'close' | null = null,
  {
    size,
    within = [],
    ...more
  }: {
    readonly within?: readonly string[];
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly size?: { readonly rows: number; readonly columns: number };
  } = {},
): Promise<TerminalRun> {
  const env = { ...process.env, NO_COLOR: '1', TERM: 'xterm', ...sizeOf(size), ...more.env };
  const words = [SCRIPT, when.source, key ?? '', ...within, process.execPath, PROGRAM, ...args];
  const out = await new Promise<string>((resolve, reject) => {
    execFile('python3', words, { ...more, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
  return JSON.parse(out) as TerminalRun;
}

function sizeOf(size: { readonly rows: number; readonly columns: number } | undefined): NodeJS.ProcessEnv {
  return size === undefined ? {} : { TERMINAL_SIZE: `${size.rows}x${size.columns}` };
}
