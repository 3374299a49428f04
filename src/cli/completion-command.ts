import { Argument, Command } from 'commander';
import type { Shell } from './completion-script.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';

/** @returns the command; `act` gets the shell. */
export function completionCommand(program: string, act: (shell: Shell) => Promise<void>): Command {
  return new Command('completion')
    .summary('print a script that completes commands and options in your shell')
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

/** Prints the script. @param program the whole program, whose commands and options it completes. */
export async function runCompletion(shell: Shell, program: Command, io: Io): Promise<ExitStatus> {
  const { completionScript } = await import('./completion-script.ts');
  io.out(completionScript(shell, program));
  return EXIT.answered;
}
