import { Command, InvalidArgumentError, Option } from 'commander';
import type { Diff } from '../diff/document.ts';
import { PAGE_FORMATS, type PageFormat } from '../render/format.ts';
import { capturedNodes } from './cluster/captured-nodes.ts';
import type { NodesOfBoth } from './cluster/diff-nodes.ts';
import { BUDGET, BUDGET_OF_NODES } from './diff-budget.ts';
import { addDisplayOptions } from './display.ts';
import { formatExamples } from './examples.ts';
import { type ExitStatus, statusOfDiff } from './exit-status.ts';
import type { Io } from './io.ts';
import { addWayOptions, type LiveOptions, liveRequest, refuseWithoutNode } from './live-options.ts';
import { notEmpty, outputOption } from './options.ts';
import type { DiffRequest, SourceRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

interface DiffOptions extends Omit<LiveOptions, 'node'> {
  readonly from?: string;
  readonly svc?: DiffRequest['service'];
  readonly budget?: number;
  readonly strict?: true;
  readonly detail: DiffRequest['detail'];
  readonly output: PageFormat;
}

/** @returns the command; `act` gets the request. */
export function diffCommand(program: string, act: (request: DiffRequest) => Promise<void>): Command {
  const command = new Command('diff')
    .summary('what changed between two states, in behaviour and not in text')
    .description(
      'What would packets do differently. <before> and <after> are each a capture folder, a .tar.gz of one, the output of iptables-save, or node:NAME, a live node through kubectl; several files of one state are joined by commas. Two folders that hold captures of several nodes each are compared node by node. Exit status 0 means that no packet fares otherwise, 1 that some does, or that it could not be ruled out.',
    )
    .argument('<before>', 'the first state', notEmpty('A state'))
    .argument('<after>', 'the second state', notEmpty('A state'))
    .optionsGroup('The question:')
    .option(
      '--from <sender>',
      'only packets from here: pod:NAMESPACE/NAME, node, an address or a network (default: everybody)',
      notEmpty('A sender'),
    )
    .addOption(new Option('--svc <service>', 'only this Service: NAMESPACE/NAME').argParser(serviceOf))
    .addOption(
      new Option(
        '--budget <classes>',
        `how many classes of packets may be traced in each family (default: ${BUDGET}; ${BUDGET_OF_NODES} of two nodes, some of each kind)`,
      ).argParser(countOf),
    )
    .option(
      '--strict',
      'link-local addresses that interfaces have on one side alone count as a difference, too: they are made up anew at every start of the node',
    )
    .addOption(
      new Option(
        '--detail <level>',
        'one line each; with the two paths of each witness; with whole paths of rules',
      )
        .choices(['answer', 'path', 'full'])
        .default('answer'),
    );
  return addDisplayOptions(
    addWayOptions(command).optionsGroup('Output:').addOption(outputOption(PAGE_FORMATS)),
  )
    .addHelpText('after', () =>
      formatExamples(program, [
        ['kp-explain diff monday/ tuesday.tar.gz', 'two captures of a node'],
        ['kp-explain diff before.txt after.txt --detail path', 'two outputs of iptables-save, with paths'],
        ['kp-explain diff before/ after/ --svc shop/web -o json', 'one Service, as JSON'],
        ['kp-explain diff before.tar.gz node:node-1', 'a capture and the node as it is now'],
        ['kp-explain diff cluster-monday/ cluster-tuesday/', 'every node, of capture --all-nodes'],
      ]),
    )
    .action(async (before: string, after: string, options: DiffOptions) => {
      if (![before, after].some((text) => text.startsWith('node:'))) refuseWithoutNode(options, 'node:NAME');
      await act({
        before: sourceOf(before, options),
        after: sourceOf(after, options),
        output: options.output,
        from: options.from ?? null,
        service: options.svc ?? null,
        budget: options.budget ?? null,
        strict: options.strict === true,
        detail: options.detail,
      });
    });
}

/**
 * Compares, writes the answer; two folders of several nodes node by node. @returns 1 where something changed. Throws UsageError where
 * the question names nothing known, or one side is of several nodes and the other is not; InputError.
 */
export async function runDiff(request: DiffRequest, io: Io): Promise<ExitStatus> {
  if (readsStdin(request.before) && readsStdin(request.after))
    throw new UsageError('stdin-twice', 'standard input can be one of the two states, not both');
  const nodes = nodesOfBoth(request);
  if (nodes !== null) {
    const { runDiffOfNodes } = await import('./cluster/diff-nodes.ts');
    return await runDiffOfNodes(request, nodes, io);
  }
  const { answerFrom } = await import('./answer.ts');
  const { diffFormats } = await import('./diff-formats.ts');
  const diff = await answerFrom(
    request,
    io,
    async (load, progress): Promise<Diff> => {
      const before = await load(request.before);
      const after = await load(request.after);
      const { compareCaptures } = await import('./compare-captures.ts');
      return await compareCaptures(before, after, request, progress);
    },
    diffFormats(request, io.programName),
  );
  return statusOfDiff(diff.identical);
}

/** The nodes of each side, where both are of several; null where both are of one. */
function nodesOfBoth({ before, after }: DiffRequest): NodesOfBoth | null {
  const sides = [capturedNodes(before), capturedNodes(after)] as const;
  const [first, second] = sides;
  if (first !== null && second !== null) return { before: first, after: second };
  const several = first ?? second;
  if (several === null) return null;
  const [many, one] =
    first === null ? (['<after>', '<before>'] as const) : (['<before>', '<after>'] as const);
  const names = several
    .map(({ name }) => name)
    .slice(0, 5)
    .join(', ');
  throw new UsageError(
    'two-states',
    `${many} holds captures of several nodes (${names}), and ${one} is one state: name the folder of one node, or a folder of several for both`,
  );
}

/** `node:NAME` is a live node, through kubectl; anything else names files. */
function sourceOf(text: string, options: DiffOptions): SourceRequest {
  if (text.startsWith('node:')) {
    const node = text.slice('node:'.length);
    if (node === '') throw new UsageError('no-node', 'node: names no node; write node:NAME');
    return {
      files: [],
      demo: false,
      live: liveRequest({ ...options, node }, { host: 'packets', flows: 'all' }),
    };
  }
  return { files: text.split(',').filter((file) => file !== ''), demo: false };
}

function readsStdin({ files }: SourceRequest): boolean {
  return files.includes('-');
}

function serviceOf(text: string): NonNullable<DiffRequest['service']> {
  const [, namespace, name] = /^([^/\s]+)\/([^/:\s]+)$/.exec(text) ?? [];
  if (namespace === undefined || name === undefined)
    throw new InvalidArgumentError('A Service is NAMESPACE/NAME.');
  return { namespace, name };
}

function countOf(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError('A budget is a number of classes, at least 1.');
  return count;
}
