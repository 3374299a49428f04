import { Argument, Command } from 'commander';
import type { Shell } from './completion-script.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';

/** @returns the command; `act` gets the shell. */
export function completionCommand(program: string, act: (shell: Shell) => Promise<void>): Command {
  return new Command('completion')
    .summary('print a script that completes commands, options and names in your shell')
    .description('Prints a script for the shell, to be read by its start-up file.')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', () =>
      formatExamples(program, [
        ['source <(kp-explain completion bash)', 'bash, in ~/.bashrc'],
        ['source <(kp-explain completion zsh)', 'zsh, in ~/.zshrc, after compinit'],
        ['kp-explain completion fish | source', 'fish, in ~/.config/fish/config.fish'],
      ]),
    )
    .action(async (shell: Shell) => await act(shell));
}

/** Prints the script. */
export async function runCompletion(shell: Shell, io: Io): Promise<ExitStatus> {
  const { completionScript } = await import('./completion-script.ts');
  io.out(completionScript(shell));
  return EXIT.answered;
}

/** @returns the hidden command that the scripts ask; `act` gets the words of the command line, the last one begun. */
export function completeCommand(act: (words: readonly string[]) => Promise<void>): Command {
  return new Command('__complete')
    .argument('[word...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[]) => await act(words));
}

/** Tells what may stand next, as kubectl reads it: the scripts say how. */
export async function runComplete(words: readonly string[], program: Command, io: Io): Promise<ExitStatus> {
  const { complete } = await import('./complete.ts');
  const { candidates, files } = await complete(words, program);
  for (const { value, description } of candidates)
    io.out(description === '' ? `${value}\n` : `${value}\t${description}\n`);
  io.out(files ? ':0\n' : ':4\n');
  return EXIT.answered;
}
