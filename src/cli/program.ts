import { Command, CommanderError } from 'commander';
import { captureCommand, runCapture } from './capture-command.ts';
import { chainCommand, runChain } from './chain-command.ts';
import { checkCommand, runCheck } from './check-command.ts';
import { completeCommand, completionCommand, runComplete, runCompletion } from './completion-command.ts';
import { conntrackCommand, runConntrack } from './conntrack-command.ts';
import { diffCommand, runDiff } from './diff-command.ts';
import { type DisplayOptions, displayed } from './display.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { explainCommand, runExplain } from './explain-command.ts';
import type { Io } from './io.ts';
import { withValuesNamed } from './options.ts';
import type { SourceRequest } from './requests.ts';
import { runServices, servicesCommand } from './services-command.ts';
import { runTrace, traceCommand } from './trace-command.ts';
import { UsageError } from './usage-error.ts';
import { readVersion } from './version.ts';
import { runWhy, whyCommand } from './why-command.ts';

/**
 * Parses the command line and runs the command. Throws UsageError where it is wrong, and whatever the command throws.
 * @param argv without node and script. @returns the exit status.
 */
export async function runProgram(argv: readonly string[], io: Io): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.answered;
  const name = io.programName;
  let display: DisplayOptions = {};
  const show = async (
    sources: readonly SourceRequest[],
    run: Run,
    { allNodes = false, watch = null }: Manner = {},
  ): Promise<ExitStatus> =>
    await unlessShown(
      sources,
      displayed(io, display),
      { pages: display.pager ?? true, allNodes, watch },
      run,
    );
  const program = new Command(name)
    .description(
      'Explains what kube-proxy’s rules do to a packet on a node, in the names of Services and Pods. Reads only.',
    )
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addCommand(
      whyCommand(name, async (request) => {
        status = await show([request.sources], (shown) => runWhy(request, shown), request);
      }),
    )
    .addCommand(
      traceCommand(name, async (request) => {
        status = await show([request.sources], (shown) => runTrace(request, shown), request);
      }),
    )
    .addCommand(
      conntrackCommand(name, async (request) => {
        status = await show([request.sources], (shown) => runConntrack(request, shown));
      }),
    )
    .addCommand(
      diffCommand(name, async (request) => {
        status = await show([request.before, request.after], (shown) => runDiff(request, shown));
      }),
    )
    .addCommand(
      checkCommand(name, async (request) => {
        status = await show([request.sources], (shown) => runCheck(request, shown), request);
      }),
    )
    .addCommand(
      servicesCommand(name, async (request) => {
        status = await show([request.sources], (shown) => runServices(request, shown), request);
      }),
    )
    .addCommand(
      chainCommand(name, async (request) => {
        status = await show([request.sources], (shown) => runChain(request, shown));
      }),
    )
    .addCommand(
      captureCommand(name, async (request) => {
        status = await show([request.sources], (shown) => runCapture(request, shown), request);
      }),
    )
    .addCommand(
      explainCommand(name, async (code) => {
        status = await show([], (shown) => runExplain(code, shown));
      }),
    )
    .addCommand(
      completionCommand(name, async (shell) => {
        status = await runCompletion(shell, io);
      }),
    )
    .enablePositionalOptions()
    .addCommand(
      completeCommand(async (words) => {
        status = await runComplete(words, program, io);
      }),
      { hidden: true },
    )
    .addHelpText(
      'after',
      `\nTry:\n  ${name} trace shop/web --demo\n  sudo ${name} services\n\nExit status:\n  0 answered, 1 the answer is no, 2 wrong usage or unreadable input,\n  3 the node or the cluster cannot be reached, 70 a bug,\n  74 the answer could not be written`,
    );
  program.hook('preAction', (_, command) => {
    display = command.opts<DisplayOptions>();
  });
  for (const command of [program, ...program.commands]) adopt(command, io);
  try {
    const timed = commandIn(argv, program) !== 'conntrack';
    await program.parseAsync(withValuesNamed(argv, timed), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.answered;
    throw usageErrorOf(error, argv, program);
  }
  return status;
}

type Run = (io: Io) => Promise<ExitStatus>;

/** How a command is run. */
interface Manner {
  readonly allNodes?: boolean;
  /** Seconds between answers; null: one answer. */
  readonly watch?: number | null;
}

/** Runs a command, or with --show-commands and --show-role prints what it would run on a live node, and what it takes, and with --explain-input how its input is read. */
async function unlessShown(
  sources: readonly SourceRequest[],
  io: Io,
  { pages, allNodes, watch }: Required<Manner> & { readonly pages: boolean },
  run: Run,
): Promise<ExitStatus> {
  const explained = sources.find((source) => source.explained !== undefined)?.explained;
  if (explained !== undefined) {
    const { explainInput } = await import('./explain-input.ts');
    await explainInput(sources, explained, io);
    return EXIT.answered;
  }
  if (!sources.some(({ live }) => live?.showCommands || live?.showRole)) {
    if (watch !== null) {
      const { repeat } = await import('./watch/repeat.ts');
      return await repeat(run, watch, io);
    }
    if (!pages || io.rows === null || io.rows === undefined) return await run(io);
    const { paged } = await import('./pager.ts');
    return await paged(io, run);
  }
  const { showCommands } = await import('./show-commands.ts');
  for (const [index, { files, demo, live }] of sources.entries()) {
    const fromFiles = files.length > 0 || demo !== false || live === undefined;
    // Roles are documents of YAML.
    if (index > 0 && live?.showRole === true) io.out('---\n');
    io.out(fromFiles ? '# no command: the state is read from files\n' : await showCommands(live, allNodes));
  }
  return EXIT.answered;
}

/** Commander writes to our streams and throws instead of ending the process; errors are written by `main`. */
function adopt(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.out(text),
    writeErr: (text) => io.err(text),
    outputError: () => undefined,
    getOutHelpWidth: () => io.columns ?? 100,
    getErrHelpWidth: () => io.columns ?? 100,
  });
}

function usageErrorOf(error: CommanderError, argv: readonly string[], program: Command): UsageError {
  const name = program.name();
  const command = commandIn(argv, program);
  if (error.code === 'commander.help') {
    return new UsageError('no-command', `say what to do, for instance: ${name} trace shop/web --demo`);
  }
  // Lines set in are the program's own.
  const message = error.message.replace(/^error: /, '').replace(/\n(?=\(Did you mean )/, '\n  ');
  const first = argv[0] ?? '';
  const hint =
    error.code === 'commander.unknownCommand' && /[/:]/.test(first)
      ? `\n  (Did you mean ${name} trace ${first}?)`
      : `\n  See: ${name} ${error.code === 'commander.unknownCommand' || command === null ? '' : `${command} `}--help`;
  return new UsageError(error.code.replace(/^commander\./, ''), `${message}${hint}`);
}

/** @returns the first word that is a command's name; null where none is. */
function commandIn(argv: readonly string[], program: Command): string | null {
  const names = new Set(program.commands.map((command) => command.name()));
  return argv.find((word) => names.has(word)) ?? null;
}
