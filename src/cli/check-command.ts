import { Command, InvalidArgumentError, Option } from 'commander';
import { CHECK_FORMATS, type CheckFormat } from '../render/format.ts';
import type { CheckRequest } from './check-request.ts';
import { addDisplayOptions } from './display.ts';
import { formatExamples } from './examples.ts';
import type { ExitStatus } from './exit-status.ts';
import { concurrencyOption } from './fleet/concurrency.ts';
import type { Io } from './io.ts';
import { requireAllNodes, sampleOption, selectorOption } from './live-options.ts';
import { addStateOptions, type CommonOptions, commonRequest, notEmpty, oneOf } from './options.ts';
import { UsageError } from './usage-error.ts';
import { addWatchOption, watched } from './watch/watch-option.ts';

interface CheckOptions extends Omit<CommonOptions, 'output'> {
  readonly output?: CheckOutputs;
  readonly detail: 'answer' | 'full';
  readonly severity: 'error' | 'warning' | 'info';
  readonly only?: readonly string[];
  readonly ignore?: readonly { readonly code: string; readonly object: string | null }[];
  readonly svc?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly expect?: string;
  readonly update?: boolean;
  readonly allNodes?: boolean;
  readonly watch?: string;
}

/** What `-o` asks for: one format for standard output, and files. */
interface CheckOutputs {
  readonly output: CheckFormat | null;
  readonly files: CheckRequest['files'];
}

/** @returns the command; `act` gets the request. */
export function checkCommand(program: string, act: (request: CheckRequest) => Promise<void>): Command {
  const command = new Command('check')
    .summary('findings and expectations, for CI or on a node')
    .description(
      'What is wrong with this node: compares the rules with what the API says, looks for known faults, and checks the statements of expect.yaml. Each [capture] is checked by itself: a capture folder, an archive, or a folder that holds some. Fails (exit status 1) on errors, warnings and broken expectations.',
    )
    .argument('[capture...]', 'capture folders or archives, or folders that hold them');
  addDisplayOptions(addStateOptions(command).optionsGroup('Output:').addOption(reportOption()))
    .addOption(
      new Option('--detail <level>', 'the worst finding opened, the others a line each; every one opened')
        .choices(['answer', 'full'])
        .default('answer'),
    )
    .optionsGroup('What is reported:')
    .addOption(
      new Option('--severity <least>', 'report findings that are at least this bad')
        .choices(['error', 'warning', 'info'])
        .default('info'),
    )
    .option(
      '--svc <service>',
      'what concerns one Service: NAMESPACE/NAME, or NAME with -n',
      notEmpty('A Service'),
    )
    .option('-n, --namespace <name>', 'what concerns this namespace (default: all)', notEmpty('A namespace'))
    .addOption(new Option('-A, --all-namespaces', 'all namespaces, as without -n').conflicts('namespace'))
    .option('--only <codes>', 'look for these findings alone, such as KP102,KP107; repeatable', codesOf)
    .option(
      '--ignore <code[=object]>',
      'leave out a finding, everywhere or for one object, such as KP104=shop/web; repeatable',
      ignoreOf,
    )
    .option(
      '--expect <file>',
      'expectations, where they are not in the capture as expect.yaml',
      notEmpty('A file'),
    )
    .addOption(
      new Option(
        '--all-nodes',
        'check every node of the cluster, and say which differ from the rest',
      ).conflicts(['node', 'file', 'demo']),
    )
    .addOption(selectorOption())
    .addOption(
      concurrencyOption(
        'check so many captures at once (default: one for each processor), or ask so many nodes (default: 4)',
      ),
    )
    .addOption(sampleOption())
    .option('--update', 'write down in expect.yaml what the capture does today, for review');
  return addWatchOption(command)
    .addHelpText('after', () =>
      formatExamples(program, [
        ['kp-explain check --demo', 'the bundled capture of a node'],
        ['kp-explain check captures/ --severity warning', 'every capture below a folder'],
        ['kp-explain check --svc shop/web --demo', 'what concerns one Service'],
        ['kp-explain check --all-nodes', 'every node of the cluster, and which differ'],
        ['kp-explain check captures/ -o junit=report.xml -o sarif=report.sarif', 'for CI, from one run'],
        ['kp-explain check captures/ -o html > nodes.html', 'a page: nodes, findings, who differs'],
        ['kp-explain check node-1/ --ignore KP104=shop/web', 'one known finding left out'],
        ['kp-explain check node-1/ --update', 'write node-1/expect.yaml'],
      ]),
    )
    .action(async (captures: readonly string[], options: CheckOptions) => {
      const allNodes = options.allNodes ?? false;
      requireAllNodes(options, allNodes);
      // With --all-nodes the name stands for each of them.
      const common = { ...options, output: 'text' as const, ...(allNodes ? { node: 'NODE' } : {}) };
      const { output, files } = options.output ?? { output: null, files: [] };
      const request = {
        ...commonRequest(common, { host: 'all', flows: 'all' }),
        output: output ?? 'text',
      };
      if (options.sample !== undefined && captures.length > 0)
        throw new UsageError(
          'not-live',
          '--sample looks at a live node twice; a capture has what was sampled when it was made',
        );
      if (options.watch !== undefined && (files.length > 0 || options.update === true))
        throw new UsageError('watch', '--watch writes to the screen, and no files');
      await act({
        ...watched(request, options.watch),
        files,
        detail: options.detail,
        captures,
        least: options.severity,
        only: options.only ?? null,
        ignore: options.ignore ?? [],
        about: aboutOf(options),
        expect: options.expect ?? null,
        update: options.update ?? false,
        allNodes,
        concurrency: options.concurrency ?? null,
      });
    });
}

/** Findings name Services without their ports. */
function aboutOf({ svc, namespace }: CheckOptions): CheckRequest['about'] {
  if (svc === undefined) return namespace === undefined ? null : { namespace, name: null };
  const [, within, name] =
    /^(?:(?:svc|services?)\/)?(?:([^/:\s]+)\/)?([^/:\s]+)(?::[^/\s]+)?$/.exec(svc) ?? [];
  if (name === undefined) throw new UsageError('question', `--svc ${svc} is no Service such as shop/web`);
  return { namespace: within ?? namespace ?? 'default', name };
}

/** Formats and files together: commander's own check of choices knows words alone. */
function reportOption(): Option {
  const option = new Option(
    '-o, --output <format[=file]>',
    'how to write the answer, by itself to standard output (default: text), with =FILE into a file; repeatable',
  ).argParser(outputsOf);
  option.argChoices = [...CHECK_FORMATS];
  return option;
}

const formatOf = oneOf(CHECK_FORMATS);

function outputsOf(text: string, before: CheckOutputs = { output: null, files: [] }): CheckOutputs {
  const at = text.indexOf('=');
  const word = formatOf(at < 0 ? text : text.slice(0, at));
  const format = CHECK_FORMATS.find((one) => one === word) ?? 'text';
  if (at < 0) {
    if (before.output !== null && before.output !== format)
      throw new InvalidArgumentError(
        'Only one format goes to standard output; give the others a file: FORMAT=FILE.',
      );
    return { ...before, output: format };
  }
  const path = text.slice(at + 1);
  if (path === '' || path === '-')
    throw new InvalidArgumentError('Say FORMAT=FILE, such as sarif=report.sarif.');
  return { ...before, files: [...before.files, { format, path }] };
}

function codesOf(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map(codeOf)];
}

function ignoreOf(
  text: string,
  before: readonly { readonly code: string; readonly object: string | null }[] = [],
): readonly { readonly code: string; readonly object: string | null }[] {
  const at = text.indexOf('=');
  if (at < 0) return [...before, { code: codeOf(text), object: null }];
  const object = text.slice(at + 1).trim();
  if (object === '') throw new InvalidArgumentError('Say CODE, or CODE=OBJECT such as KP104=shop/web.');
  return [...before, { code: codeOf(text.slice(0, at)), object }];
}

function codeOf(text: string): string {
  const code = text.trim().toUpperCase();
  if (!/^KP\d{3}$/.test(code))
    throw new InvalidArgumentError('A code is KP and three digits, such as KP102.');
  return code;
}

/** Checks, writes the answer. @returns 1 where a capture did not pass, 2 where one could not be read. */
export async function runCheck(request: CheckRequest, io: Io): Promise<ExitStatus> {
  const { check } = await import('./run-check.ts');
  return await check(request, io);
}
