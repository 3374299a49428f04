import type { ChildProcess } from 'node:child_process';

/** How long a program that was told to end may take to do so: who pressed Ctrl-C waits for it. */
const PATIENCE_MS = 400;

/** How long it may take once it was killed. One that even this does not end hangs in the kernel. */
const KILLED_MS = 100;

/**
 * How long its pipes may stay open and silent after a program has ended: something that it started holds them, and all
 * that it wrote itself has arrived.
 */
const SILENCE_MS = 1000;

/** How a command ended. */
export interface Ending {
  /** Absent where it did not end by itself. */
  readonly exitCode?: number | undefined;
  /** The system's word for why it could not be started. */
  readonly code?: string | undefined;
  readonly originalMessage?: string | undefined;
}

/** Sees to it that a command ends when it has to, also where what it started lives on and keeps its pipes open. */
export interface EndWatch {
  /** Settles where the pipes had to be let go: with the status, if the program ended by itself. */
  readonly released: Promise<Ending>;
  /** Ends the program: politely, then at once, and then no longer waits for it. */
  force(): void;
  /** Is told that something arrived. */
  stillWrites(): void;
}

/**
 * @param group the program leads a process group, which is ended with it
 * @param polite false: it is killed at once where it has to end, and not awaited
 */
export function watchEnd(child: ChildProcess, group: boolean, polite = true): EndWatch {
  const { promise, resolve } = withResolvers<Ending>();
  let exited: Ending | null = null;
  let timer: NodeJS.Timeout | null = null;
  let forced = false;
  let pieces = 0;
  const release = (): void => {
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
    resolve(exited ?? {});
  };
  const after = (ms: number, next: () => void): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(next, ms);
  };
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      // Its group may outlive it, and holds the pipes then.
      if (group) process.kill(-child.pid, signal);
      else if (exited === null) child.kill(signal);
    } catch {
      // It has ended already.
    }
  };
  /** Where this process was busy, the timer is late, and what arrived meanwhile is read after it. */
  const waitForSilence = (): void => {
    after(SILENCE_MS, () => {
      const before = pieces;
      setImmediate(() => {
        if (pieces === before) release();
      });
    });
  };
  /** Nothing that still comes is wanted. */
  const finish = (): void => {
    kill('SIGKILL');
    release();
  };
  child.once('exit', (code) => {
    exited = code === null ? {} : { exitCode: code };
    if (forced) finish();
    else waitForSilence();
  });
  child.once('close', () => {
    if (timer !== null) clearTimeout(timer);
  });
  return {
    released: promise,
    force() {
      if (forced) return;
      forced = true;
      if (exited !== null || !polite) return finish();
      kill('SIGTERM');
      after(PATIENCE_MS, () => {
        kill('SIGKILL');
        after(KILLED_MS, release);
      });
    },
    stillWrites() {
      pieces++;
      if (exited !== null && !forced) waitForSilence();
    },
  };
}

/** `Promise.withResolvers`, which came with Node 22. */
function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
