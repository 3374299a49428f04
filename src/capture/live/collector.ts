import { shortCommand } from '../../command/quote.ts';
import type { Problem, ProblemList } from '../../problems/problem.ts';
import type { CapturedFile } from '../captured-file.ts';
import { type CommandResult, notThere } from './command-result.ts';
import { describeFailure } from './describe-failure.ts';
import type { Place } from './place.ts';
import { runPool } from './pool.ts';
import type { Probe } from './probes.ts';
import { FLOWS_SHOWN, whyCutOff } from './whole-output.ts';

/** One command that was run, for the manifest. */
export interface CommandRecord {
  readonly file: string | null;
  readonly argv: readonly string[];
  readonly exitStatus: number | null;
  /** Why there is no output of it: `missing`, `timeout`, …; null where it did its work. */
  readonly failure: string | null;
  readonly durationMs: number;
  readonly bytes: number;
}

/** How a probe is run. */
export interface ProbeOptions {
  /** True: that it fails is no problem, because nothing depends on it. */
  readonly quiet?: boolean;
}

/** How many commands run at once on a node: it has other work to do. */
const WIDTH = 3;

/** Runs probes in one place, and gathers what they gave: files, records of the commands, problems. */
export class Collector {
  readonly place: Place;
  readonly records: CommandRecord[] = [];
  readonly #files = new Map<string, CapturedFile>();
  /** When each file came, by the clock that only goes forward. */
  readonly #arrived = new Map<string, number>();
  readonly #missing = new Map<string, { readonly packageName: string; readonly lost: string[] }>();
  #problems: ProblemList;
  readonly #onStep: (text: string) => void;

  /** @param onStep is told what runs now. */
  constructor(place: Place, problems: ProblemList, onStep: (text: string) => void) {
    this.place = place;
    this.#problems = problems;
    this.#onStep = onStep;
  }

  /** From now on problems go to another list. @returns itself. */
  reportingTo(problems: ProblemList): this {
    this.#problems = problems;
    return this;
  }

  /** What could not be read so far. */
  problems(): Problem[] {
    return this.#problems.list();
  }

  /** The files so far. */
  files(): CapturedFile[] {
    return [...this.#files.values()];
  }

  /** @returns the file's bytes, or null where it was not captured. */
  bytesOf(path: string): Buffer | null {
    return this.#files.get(path)?.bytes ?? null;
  }

  /** Takes a file that is no output of a probe. */
  add(file: CapturedFile): void {
    this.#files.set(file.path, file);
    this.#arrived.set(file.path, performance.now());
  }

  /** Gives a file another name. */
  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined) return;
    this.#files.delete(from);
    this.#files.set(to, { ...file, path: to });
    this.#arrived.set(to, this.#arrived.get(from) ?? performance.now());
  }

  /** @returns true where this command gave the file. */
  isFrom(path: string, argv: readonly string[]): boolean {
    return this.#files.get(path)?.origin === this.originOf(argv);
  }

  /** @returns how many seconds ago the file came, to a tenth. */
  secondsSince(path: string): number {
    const ms = performance.now() - (this.#arrived.get(path) ?? performance.now());
    return Math.max(0.1, Math.round(ms / 100) / 10);
  }

  /** Adds a problem of the place. */
  report(code: string, message: string): void {
    this.#problems.add(code, `${this.place.prefix}${message}`);
  }

  /** Runs several probes, a few at once. @returns their results in order. */
  async runAll(probes: readonly Probe[], options: ProbeOptions = {}): Promise<CommandResult[]> {
    return await runPool(
      WIDTH,
      probes.map((probe) => () => this.run(probe, options)),
    );
  }

  /** Runs a probe and keeps its output as a file, if it is whole and there is any. */
  async run(probe: Probe, options: ProbeOptions = {}): Promise<CommandResult> {
    const { result, bytes } = await this.#obtain(probe, options);
    if (bytes !== null) this.add({ path: probe.file, bytes, origin: this.originOf(result.argv) });
    return result;
  }

  /** Runs a probe. @returns its output, or null where it failed (a problem then) or printed nothing. */
  async output(probe: Probe): Promise<Buffer | null> {
    return (await this.#obtain(probe, {})).bytes;
  }

  /** @returns the command as messages name it. */
  originOf(argv: readonly string[]): string {
    return `${this.place.prefix}${shortCommand(argv)}`;
  }

  /**
   * What was cut on the way is asked for once more, and then dropped with a problem: half a dump would be taken for a
   * smaller rule set.
   */
  async #obtain(
    probe: Probe,
    options: ProbeOptions,
  ): Promise<{ result: CommandResult; bytes: Buffer | null }> {
    let result = await this.#runOnce(probe);
    let cut = whyCutOff(probe.file, result);
    if (cut !== null) {
      result = await this.#runOnce(probe);
      cut = whyCutOff(probe.file, result);
    }
    if (cut !== null) result = { ...result, failure: 'cut-off', lastWords: cut };
    if (result.failure === null || printedMost(result)) return { result, bytes: outputOf(result, probe) };
    if (result.failure === 'missing') this.#miss(probe, options);
    else if (options.quiet !== true) {
      const { code, message } = describeFailure(result, probe, this.place);
      this.#problems.add(code, message);
    }
    return { result, bytes: null };
  }

  /** Runs a command whose output is no file. */
  async ask(probe: Omit<Probe, 'file'>): Promise<CommandResult> {
    return await this.#runOnce({ ...probe, file: '' });
  }

  /** What needs a program that is not there is told in one problem for each program. */
  #miss(probe: Probe, { quiet }: ProbeOptions): void {
    const program = probe.argv[0] ?? '';
    const missing = this.#missing.get(program) ?? { packageName: probe.packageName, lost: [] };
    this.#missing.set(program, missing);
    if (quiet !== true && !missing.lost.includes(probe.lost)) missing.lost.push(probe.lost);
  }

  /** Makes problems of the programs that were missed so far: one for all that are had in the same way. */
  reportMissing(): void {
    const byAdvice = new Map<string, { readonly programs: string[]; readonly lost: string[] }>();
    for (const [program, { packageName, lost }] of this.#missing) {
      if (lost.length === 0) continue;
      const advice = this.place.advice.missing(program, packageName);
      const told = byAdvice.get(advice) ?? { programs: [], lost: [] };
      byAdvice.set(advice, told);
      told.programs.push(program);
      told.lost.push(...lost.splice(0));
    }
    for (const [advice, { programs, lost }] of byAdvice)
      this.report('command-missing', `there is no ${orList(programs)}: ${lost.join(', ')} (${advice})`);
  }

  async #runOnce(probe: Probe): Promise<CommandResult> {
    if (this.#missing.has(probe.argv[0] ?? '')) return notThere(probe.argv);
    this.#onStep(this.originOf(probe.argv));
    let result = await this.place.run(probe.argv, probe.limits);
    this.#record(probe, result);
    if (result.failure === 'missing' && probe.otherwise !== undefined) {
      const second = await this.place.run(probe.otherwise, probe.limits);
      this.#record(probe, second);
      if (second.failure !== 'missing') result = second;
    }
    return result;
  }

  #record(probe: Probe, result: CommandResult): void {
    this.records.push({
      file: probe.file === '' ? null : probe.file,
      argv: result.argv,
      exitStatus: result.exitStatus,
      failure: result.failure,
      durationMs: result.durationMs,
      bytes: result.stdout.length,
    });
  }
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Nothing on standard output is an answer for which no file stands, unless the probe says otherwise; but conntrack says in words that it has no flows. */
function outputOf({ stdout, lastWords, failure }: CommandResult, { mayBeEmpty }: Probe): Buffer | null {
  if (stdout.toString('latin1', 0, 256).trim() !== '') return stdout;
  if (mayBeEmpty === true && failure === null) return stdout;
  const summary = FLOWS_SHOWN.exec(lastWords)?.[0];
  return summary === undefined ? null : Buffer.from(`${summary}\n`);
}

/** sysctl ends with an error where one of many names cannot be read, and prints the others. */
function printedMost(result: CommandResult): boolean {
  return result.failure === 'status' && result.argv.includes('sysctl') && result.stdout.length > 0;
}
