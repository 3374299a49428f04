import { execFile, spawnSync } from 'node:child_process';
import { quoted, Shell } from './shell.ts';

/** Those that are still there. */
const standing = new Set<string>();
let watched = false;

/** A run that is broken off leaves none behind, either. */
function remember(name: string): void {
  if (!watched) process.once('exit', () => standing.forEach(remove));
  watched = true;
  standing.add(name);
}

function remove(name: string): void {
  spawnSync('ip', ['netns', 'del', name]);
  standing.delete(name);
}

/** A network namespace of this run's own. */
export class Namespace {
  readonly name: string;
  #shell: Shell | null = null;

  private constructor(name: string) {
    this.name = name;
  }

  static async create(name: string): Promise<Namespace> {
    remember(name);
    await run(['ip', 'netns', 'add', name]);
    return new Namespace(name);
  }

  /** Runs a command in it. @returns what it printed; throws with its complaint where it fails. */
  run(...command: string[]): Promise<string> {
    return this.script(quoted(command), command.join(' '));
  }

  /** Runs a command in it that reads this text. */
  feed(text: string, ...command: string[]): Promise<string> {
    const lines = text.endsWith('\n') ? text : `${text}\n`;
    return this.script(`${quoted(command)} <<'${INPUT_ENDS}'\n${lines}${INPUT_ENDS}`, command.join(' '));
  }

  /** Runs commands of sh in it, after those that were asked for before. @param name what is said to have failed */
  script(text: string, name = 'sh'): Promise<string> {
    this.#shell ??= new Shell(['ip', 'netns', 'exec', this.name, 'sh']);
    return this.#shell.run(text, name);
  }

  /** Runs `ip` commands, one a line. */
  async batch(lines: string, family: '-4' | '-6' | null = null): Promise<void> {
    await run(
      ['ip', '-n', this.name, ...(family === null ? [] : [family]), '-batch', '-'],
      lines.replace(/^\s+/gm, ''),
    );
  }

  async sysctl(values: Readonly<Record<string, string | number>>): Promise<void> {
    await this.run('sysctl', '-qw', ...Object.entries(values).map(([name, value]) => `${name}=${value}`));
  }

  /** Takes it away, whatever state it is in. */
  delete(): void {
    this.#shell?.end();
    remove(this.name);
  }
}

const INPUT_ENDS = 'THE INPUT ENDS';

function run(command: readonly string[], input = ''): Promise<string> {
  const [program = '', ...words] = command;
  return new Promise((done, failed) => {
    const options = { encoding: 'utf8' as const, maxBuffer: 1 << 28, timeout: 60_000 };
    const child = execFile(program, words, options, (error, output, complaint) => {
      if (error === null) done(output);
      else failed(new Error(`${command.join(' ')}: ${complaint.trim() || error.message}`));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
