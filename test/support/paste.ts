import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Command } from '../../src/command/command.ts';
import { printCommand } from '../../src/command/quote.ts';

/** Shells that a reader may paste into; `sh` is dash on Debian and Ubuntu. */
export const SHELLS: readonly string[] = ['/bin/bash', '/bin/sh'];

/** What hostile names would run. */
const PAYLOADS = ['touch', 'rm', 'reboot', 'P', 'chain', 'delete'];

/** Writes the program's name and each argument, ended by NUL, behind their number. */
const STUB = `#!/bin/sh\nprintf '%s\\0' "$#" "\${0##*/}" "$@" >> "$PASTE_LOG"\n`;

/** A folder in which commands are pasted: PATH has nothing but programs that write down how they were called. */
export class PasteBox {
  readonly #root = mkdtempSync(join(tmpdir(), 'kp-explain-paste-'));
  readonly #bin = join(this.#root, 'bin');
  readonly #work = join(this.#root, 'work');
  readonly #log = join(this.#root, 'log');
  readonly #stubs = new Set<string>();

  constructor() {
    mkdirSync(this.#bin);
    mkdirSync(this.#work);
    for (const name of PAYLOADS) this.#stub(name);
  }

  /** Pastes a line. @returns what ran, in order, and the files that it left in the working folder, by name. */
  paste(shell: string, line: string, programs: readonly string[]): Pasted {
    for (const name of programs) this.#stub(name);
    writeFileSync(this.#log, '');
    const { error, stderr } = spawnSync(shell, ['-c', line], {
      cwd: this.#work,
      env: { PATH: this.#bin, PASTE_LOG: this.#log, LC_ALL: 'C.UTF-8' },
      encoding: 'utf8',
      timeout: 10_000,
    });
    if (error !== undefined) throw error;
    const files = new Map<string, string>();
    for (const name of readdirSync(this.#work)) {
      files.set(name, readFileSync(join(this.#work, name), 'utf8'));
      rmSync(join(this.#work, name), { recursive: true });
    }
    return { ran: readLog(readFileSync(this.#log, 'utf8')), files, stderr };
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #stub(name: string): void {
    // A shell runs its own `echo` before any program.
    if (this.#stubs.has(name) || name === 'echo') return;
    this.#stubs.add(name);
    writeFileSync(join(this.#bin, name), STUB);
    chmodSync(join(this.#bin, name), 0o755);
  }
}

/** What came of a pasted line. */
export interface Pasted {
  readonly ran: readonly (readonly string[])[];
  readonly files: ReadonlyMap<string, string>;
  readonly stderr: string;
}

function readLog(text: string): string[][] {
  const words = text.split('\0').slice(0, -1);
  const runs: string[][] = [];
  for (let at = 0; at < words.length; ) {
    const count = Number(words[at]) + 1;
    runs.push(words.slice(at + 1, at + 1 + count));
    at += 1 + count;
  }
  return runs;
}

/** What pasting a command did, and what it should do; equal where all is well. */
export interface Comparison {
  readonly line: string;
  readonly did: Outcome;
  readonly meant: Outcome;
}

/** Programs with their arguments, and files with what `echo` wrote into them. Programs of one pipe start in any order. */
interface Outcome {
  readonly ran: readonly string[];
  readonly files: readonly string[];
}

/** Pastes a command that a finding prints; its output files are made in the working folder instead of where they belong. */
export function pasteCommand(box: PasteBox, shell: string, command: Command): Comparison {
  const moved = {
    runs: command.runs.map((run) => (run.into === null ? run : { ...run, into: fileOf(run.into) })),
  };
  const { runs } = moved;
  const line = printCommand(moved);
  const { ran, files } = box.paste(
    shell,
    line,
    runs.map(({ argv }) => argv[0] ?? ''),
  );
  return {
    line,
    did: { ran: spelt(ran), files: [...files].map(([name, text]) => `${name}: ${text}`) },
    meant: {
      ran: spelt(runs.filter(({ argv }) => argv[0] !== 'echo').map(({ argv }) => argv)),
      files: runs.flatMap(({ argv, into }) =>
        into === null ? [] : [`${into}: ${argv[0] === 'echo' ? `${argv.slice(1).join(' ')}\n` : ''}`],
      ),
    },
  };
}

function fileOf(path: string): string {
  return basename(path);
}

function spelt(runs: readonly (readonly string[])[]): string[] {
  return runs.map((argv) => JSON.stringify(argv)).sort();
}
