import { shortCommand } from '../../command/quote.ts';
import type { Problem, ProblemArguments, ProblemCode, ProblemList } from '../../problems/problem.ts';
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

/** What a probe gave. */
interface Output {
  readonly result: CommandResult;
  /** Null where it failed or printed nothing. */
  readonly bytes: Buffer | null;
  /** When it had ended. */
  readonly arrived: number;
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
  /** Programs that are not there, and are not looked for again. */
  readonly #gone = new Set<string>();
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

  /** Takes a file. @param arrived when it came, where that was before now */
  add(file: CapturedFile, arrived = performance.now()): void {
    this.#files.set(file.path, file);
    this.#arrived.set(file.path, arrived);
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

  /** Adds a problem of the place. @param usual see `Problem` */
  report<C extends ProblemCode>(code: C, args: ProblemArguments[C], usual = false): void {
    const { node } = this.place;
    const of = node === null ? {} : { node };
    this.#problems.add(code, args, null, null, usual ? { ...of, usual } : of);
  }

  /** @returns true where the place lacks this program, as every one of its kind does. */
  lacks(program: string): boolean {
    return this.place.lacksAsUsual.has(program);
  }

  /**
   * Runs several probes, a few at once. Which of them ends first is chance: files and problems come in the order of the probes.
   * @returns their results in order.
   */
  async runAll(probes: readonly Probe[], options: ProbeOptions = {}): Promise<CommandResult[]> {
    const obtained = await runPool(
      WIDTH,
      probes.map((probe) => async () => ({ probe, output: await this.#obtain(probe) })),
    );
    return obtained.map(({ probe, output }) => this.#keep(probe, output, options));
  }

  /** Runs a probe and keeps its output as a file, if it is whole and there is any. */
  async run(probe: Probe, options: ProbeOptions = {}): Promise<CommandResult> {
    return this.#keep(probe, await this.#obtain(probe), options);
  }

  /** Runs a probe. @returns its output, or null where it failed (a problem then) or printed nothing. */
  async output(probe: Probe): Promise<Buffer | null> {
    const { result, bytes } = await this.#obtain(probe);
    this.#tell(probe, result, {});
    return bytes;
  }

  #keep(probe: Probe, { result, bytes, arrived }: Output, options: ProbeOptions): CommandResult {
    this.#tell(probe, result, options);
    if (bytes !== null) this.add({ path: probe.file, bytes, origin: this.originOf(result.argv) }, arrived);
    return result;
  }

  /** @returns the command as messages name it. */
  originOf(argv: readonly string[]): string {
    return `${this.place.prefix}${shortCommand(argv)}`;
  }

  /**
   * What was cut on the way is asked for once more, and then dropped with a problem: half a dump would be taken for a
   * smaller rule set.
   */
  async #obtain(probe: Probe): Promise<Output> {
    let result = await this.#runOnce(probe);
    let cut = whyCutOff(probe.file, result);
    if (cut !== null) {
      result = await this.#runOnce(probe);
      cut = whyCutOff(probe.file, result);
    }
    if (cut !== null) result = { ...result, failure: 'cut-off', lastWords: cut };
    const useful = result.failure === null || printedMost(result);
    return { result, bytes: useful ? outputOf(result, probe) : null, arrived: performance.now() };
  }

  /** Makes a problem of a probe that failed. */
  #tell(probe: Probe, result: CommandResult, { quiet }: ProbeOptions): void {
    if (result.failure === null || printedMost(result)) return;
    if (result.failure === 'missing') this.#miss(probe, quiet === true);
    else if (quiet !== true) {
      const { code, args } = describeFailure(result, probe, this.place);
      this.report(code, args);
    }
  }

  /** Runs a command whose output is no file. */
  async ask(probe: Omit<Probe, 'file'>): Promise<CommandResult> {
    return await this.#runOnce({ ...probe, file: '' });
  }

  /** What needs a program that is not there is told in one problem for each program. */
  #miss(probe: Probe, quiet: boolean): void {
    const program = probe.argv[0] ?? '';
    const missing = this.#missing.get(program) ?? { packageName: probe.packageName, lost: [] };
    this.#missing.set(program, missing);
    if (!quiet && !missing.lost.includes(probe.lost)) missing.lost.push(probe.lost);
  }

  /** Makes problems of the programs that were missed so far: one for all that are had in the same way. */
  reportMissing(): void {
    const ways = new Map<string, { usual: boolean; advice: string; programs: string[]; lost: string[] }>();
    for (const [program, { packageName, lost }] of this.#missing) {
      if (lost.length === 0) continue;
      const usual = this.lacks(program);
      const advice = this.place.advice.missing(program, packageName);
      const key = `${usual} ${advice}`;
      const way = ways.get(key) ?? { usual, advice, programs: [], lost: [] };
      ways.set(key, way);
      way.programs.push(program);
      way.lost.push(...lost.splice(0));
    }
    for (const { usual, advice, programs, lost } of ways.values())
      this.report('command-missing', { programs, lost, advice }, usual);
  }

  async #runOnce(probe: Probe): Promise<CommandResult> {
    const program = probe.argv[0] ?? '';
    if (this.#gone.has(program)) return notThere(probe.argv);
    this.#onStep(this.originOf(probe.argv));
    let result = await this.place.run(probe.argv, { ...probe.limits, only: probe.only });
    this.#record(probe, result);
    if (result.failure === 'missing' && probe.otherwise !== undefined) {
      const only = `where there is no ${program}`;
      const second = await this.place.run(probe.otherwise, { ...probe.limits, only });
      this.#record(probe, second);
      if (second.failure !== 'missing') result = second;
    }
    if (result.failure === 'missing' && probe.file !== '') this.#gone.add(program);
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
