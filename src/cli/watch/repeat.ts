import { InterruptedError } from '../../capture/live/unreachable-error.ts';
import { escapeMessage } from '../../render/escape.ts';
import { EXIT, type ExitStatus, statusOfError } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { clockTime } from './clock-time.ts';
import { beatIntoPipes } from './heartbeat.ts';
import { LogView } from './log-view.ts';
import { ScreenView } from './screen-view.ts';
import type { TurnView } from './turn-view.ts';

/**
 * Runs a command again and again, and marks what changed: in place on a terminal, line by line elsewhere. What cannot be read
 * once may be readable the next time; that the first answer fails ends it.
 * @returns the status of the last answer once nobody reads any more; the shell's own for a signal while a node is read. Else
 * a signal ends the process. Throws what the first answer throws, and bugs.
 */
export async function repeat(
  run: (io: Io) => Promise<ExitStatus>,
  seconds: number,
  io: Io,
): Promise<ExitStatus> {
  const isScreen = io.columns !== null && io.rows != null;
  const view: TurnView = isScreen ? new ScreenView(io, seconds) : new LogView(io);
  const beat = beatIntoPipes(io);
  let status: ExitStatus = EXIT.answered;
  try {
    for (let first = true; !beat.until.aborted; first = false) {
      const time = clockTime(Date.now());
      try {
        const turn = { out: '', told: '' };
        status = await run({
          ...io,
          ...view.room(io),
          // What comes in between would stand in the middle of the screen.
          showsProgress: first && io.showsProgress,
          out: (text) => {
            turn.out += text;
          },
          err: (text) => {
            if (first && io.showsProgress && text.startsWith('\r')) io.err(text);
            else turn.told += text;
          },
        });
        view.show({ ...turn, time });
      } catch (error) {
        if (error instanceof InterruptedError) return statusOfError(error);
        if (first || !(error instanceof Error) || statusOfError(error) === EXIT.bug) throw error;
        view.fail(escapeMessage(error.message), time);
      }
      await pause(seconds * 1000, beat.until);
    }
    return status;
  } finally {
    beat.stop();
  }
}

/** Nobody holds signals meanwhile: the kernel ends the process. */
async function pause(ms: number, until: AbortSignal): Promise<void> {
  if (until.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      until.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    until.addEventListener('abort', end);
  });
}
