import { Command, Option } from 'commander';
import { formatExamples } from './examples.ts';
import type { ExitStatus } from './exit-status.ts';
import { concurrencyOption } from './fleet/concurrency.ts';
import type { Io } from './io.ts';
import { requireAllNodes, sampleOption, selectorOption } from './live-options.ts';
import { addCommonOptions, type CommonOptions, commonRequest, notEmpty } from './options.ts';
import type { CaptureRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

interface CaptureOptions extends CommonOptions {
  readonly write: string;
  readonly force?: boolean;
  readonly allNodes?: boolean;
  readonly redact?: boolean;
}

/** @returns the command; `act` gets the request. */
export function captureCommand(program: string, act: (request: CaptureRequest) => Promise<void>): Command {
  const command = new Command('capture')
    .summary('save a node’s state for later, read-only')
    .description(
      'Saves the state of this machine, of a node or of all nodes as a capture that every command reads with -f. Nothing on the node is changed. The capture gets its name when all of it is there, and its files are for their owner only.',
    )
    .optionsGroup('What is written:')
    .requiredOption('-w, --write <path>', 'a new folder, or a file that ends in .tar.gz', notEmpty('A path'))
    .option(
      '--force',
      'replace a capture that is there already; with --redact, write it though addresses show through',
    )
    .addOption(
      new Option('--all-nodes', 'every node of the cluster, each in a folder of its name').conflicts([
        'node',
        'file',
        'demo',
      ]),
    );
  command
    .addOption(selectorOption())
    .addOption(concurrencyOption('--all-nodes: ask so many at once (default: 4)'))
    .addOption(sampleOption());
  command.option(
    '--redact',
    'rename addresses, names and interfaces and drop what is not understood, so that it may be shown to others',
  );
  return addCommonOptions(command)
    .addHelpText('after', () =>
      formatExamples(program, [
        ['sudo kp-explain capture -w /var/tmp/node', 'this machine'],
        ['kp-explain capture -w node-1.tar.gz --node node-1', 'a node, through kubectl, as one file'],
        ['kp-explain capture -w cluster --all-nodes --no-conntrack', 'all nodes, without their flows'],
        ['kp-explain capture -w public.tar.gz --node node-1 --redact', 'a node, with new names'],
        ['kp-explain capture -w public -f node-1.tar.gz --redact', 'a capture that exists, with new names'],
        ['kp-explain capture -w x --node node-1 --show-commands', 'what would be run, without running it'],
      ]),
    )
    .action(async (options: CaptureOptions) => {
      const allNodes = options.allNodes ?? false;
      requireAllNodes(options, allNodes);
      if (options.concurrency !== undefined && !allNodes)
        throw new UsageError(
          'no-node',
          '--concurrency says how many nodes are asked at once; say --all-nodes with it',
        );
      await act({
        // With --all-nodes the name stands for each of them.
        ...commonRequest(allNodes ? { ...options, node: 'NODE' } : options, { host: 'all', flows: 'all' }),
        write: options.write,
        force: options.force ?? false,
        allNodes,
        redact: options.redact ?? false,
      });
    });
}

/** Reads, writes, says what was written. @returns the exit status. */
export async function runCapture(request: CaptureRequest, io: Io): Promise<ExitStatus> {
  const { saveCapture } = await import('./save-capture.ts');
  return await saveCapture(request, io);
}
