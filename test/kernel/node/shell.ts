import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** Of one command. */
const MILLISECONDS = 60_000;

interface Asked {
  readonly name: string;
  readonly script: string;
  readonly done: (output: string) => void;
  readonly failed: (error: Error) => void;
}

/**
 * One sh that runs scripts, one after the other, each in a subshell of its own. To start a process costs Node.js several times what it
 * costs sh: in a user-mode kernel 90 ms and more against 15.
 */
export class Shell {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #asked: Asked[] = [];
  readonly #pieces: string[] = [];
  #last = '';
  #complaint = '';
  #timer: NodeJS.Timeout | undefined;
  #serial = 0;
  #gone: Error | null = null;

  /** @param command that becomes the sh: `['ip', 'netns', 'exec', NAME, 'sh']` */
  constructor([program = '', ...words]: readonly string[]) {
    this.#process = spawn(program, words);
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint += text;
    });
    this.#process.stdin.on('error', () => {});
    this.#process.on('error', (error) => this.#fail(error.message));
    this.#process.on('close', () => this.#fail('the shell ended'));
    // A run that is over does not wait for it.
    this.#process.unref();
    for (const stream of [this.#process.stdin, this.#process.stdout, this.#process.stderr])
      (stream as unknown as { unref?: () => void }).unref?.();
  }

  /**
   * Runs a script; where it reads, nothing comes.
   * @param name what is said to have failed
   * @returns what it printed; throws with its complaint where its status is not 0
   */
  run(script: string, name = script): Promise<string> {
    return new Promise((done, failed) => {
      if (this.#gone !== null) return failed(this.#gone);
      this.#asked.push({ name, script, done, failed });
      if (this.#asked.length === 1) this.#next();
    });
  }

  end(): void {
    this.#process.stdin.end();
  }

  #next(): void {
    const [first] = this.#asked;
    if (first === undefined) return;
    this.#complaint = '';
    this.#serial++;
    this.#timer = setTimeout(() => this.#process.kill('SIGKILL'), MILLISECONDS);
    this.#process.stdin.write(`(\n${first.script}\n) < /dev/null\necho "${END}${this.#serial} $?"\n`);
  }

  #read(text: string): void {
    this.#pieces.push(text);
    // The last line alone can be the end.
    this.#last = (this.#last + text).slice(-END.length - 30);
    const end = new RegExp(`${END}${this.#serial} (\\d+)\\n$`).exec(this.#last);
    if (end === null) return;
    clearTimeout(this.#timer);
    const output = this.#pieces.splice(0).join('').slice(0, -end[0].length);
    this.#last = '';
    const asked = this.#asked.shift();
    // What it complained of may come a moment after its status.
    if (end[1] === '0') asked?.done(output);
    else setTimeout(() => asked?.failed(new Error(`${asked.name}: ${this.#complaint.trim() || end[1]}`)), 50);
    this.#next();
  }

  #fail(why: string): void {
    this.#gone = new Error(`${why}: ${this.#complaint.trim()}`);
    clearTimeout(this.#timer);
    for (const { name, failed } of this.#asked.splice(0)) failed(new Error(`${name}: ${this.#gone.message}`));
  }
}

const END = '==== the end of script ';

/** @returns the words as sh takes them. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}
