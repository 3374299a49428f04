import type { Readable } from 'node:stream';

/** What stands for so long with the program still waiting is no error that ends it, but something to read and answer. */
const STANDS_MS = 600;

/** Log lines of kubectl's own libraries: it tries again meanwhile, and nobody is asked anything. */
const LOG_LINE = /^[EWIF]\d{4} .*$/gm;

/**
 * Hands on what a login of kubectl asks (a credential plugin writes to kubectl's standard error and then waits): a code to
 * type, an address to open, a password. Errors are followed by the end of the program at once, and are told otherwise.
 * @param onPrompt is told each text that stood for a while, without its trailing line end; no more of them than a login asks.
 * @returns call `stop` when the program has ended, or when what it writes is no longer kubectl's own.
 */
export function relayPrompts(stream: Readable, onPrompt: (text: string) => void): { stop(): void } {
  let waiting = '';
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let left = MOST_PROMPTS;
  const take = (piece: Buffer): void => {
    if (stopped) return;
    waiting = `${waiting}${piece.toString('utf8')}`.slice(-MOST);
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      const text = waiting.replace(LOG_LINE, '').trim();
      waiting = '';
      if (text === '' || left === 0) return;
      left -= 1;
      onPrompt(text);
    }, STANDS_MS);
  };
  stream.on('data', take);
  return {
    stop() {
      stopped = true;
      stream.off('data', take);
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** Characters of a prompt; what is longer is none. */
const MOST = 4000;

/** A name, a password, a code, each perhaps once more. What asks more often is no login. */
const MOST_PROMPTS = 8;

/**
 * @param text what kubectl wrote to standard error while it began to run something in a pod. @param pod `NAMESPACE/NAME`
 * @returns the text marked as what it is, line by line: a pod that writes there itself must not pass for a login, nor for us.
 */
export function promptOnTheWay(text: string, pod: string): string {
  const lines = text.split(/\r\n?|\n/).map((line) => `  | ${line}`);
  return [
    `kubectl says this on its way into pod ${pod}; it is of your login, or of the pod itself (what you type here reaches neither):`,
    ...lines,
  ].join('\n');
}
