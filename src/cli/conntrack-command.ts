import { Command, InvalidArgumentError } from 'commander';
import type { FlowList } from '../explain/flow-list.ts';
import { PAGE_FORMATS, type PageFormat } from '../render/format.ts';
import type { Capture } from './capture.ts';
import { documentHead } from './document-head.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';
import { knownOf } from './known.ts';
import { addCommonOptions, type CommonOptions, commonRequest, notEmpty } from './options.ts';
import type { ConntrackRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

interface ConntrackOptions extends CommonOptions<PageFormat> {
  readonly svc?: string;
  readonly endpoint?: string;
  readonly client?: string;
  readonly state?: string;
  readonly problem?: string;
  readonly namespace: string;
  readonly limit?: number;
}

/** Flows listed without `--limit`: what fits into a terminal's patience, or into a document. */
const LIMITS: Readonly<Record<PageFormat, number>> = {
  text: 20,
  json: 10_000,
  yaml: 10_000,
  markdown: 20,
  html: 500,
};

/** @returns the command; `act` gets the request. */
export function conntrackCommand(
  program: string,
  act: (request: ConntrackRequest) => Promise<void>,
): Command {
  const command = new Command('conntrack')
    .summary('live flows, joined to Services and endpoints, and the ones that are stuck')
    .description(
      'Where existing flows really go: the connection table, joined to Services, endpoints and clients, beside what the rules give to new connections. Flows that are stuck come first, each with the command that would delete it. Nothing is deleted.',
    )
    .optionsGroup('Selection:')
    .option(
      '--svc <service>',
      'flows of one Service: NAMESPACE/SERVICE[:PORT], SERVICE[:PORT] with -n, ADDRESS[:PORT] or node:NODEPORT (default: the whole table)',
      notEmpty('A Service'),
    )
    .option(
      '--endpoint <place>',
      'flows that this ADDRESS[:PORT] or pod NAMESPACE/NAME answers',
      notEmpty('An endpoint'),
    )
    .option('--client <sender>', 'flows that this address or pod NAMESPACE/NAME began', notEmpty('A client'))
    .option(
      '--state <state>',
      'flows in this state: ESTABLISHED, SYN_SENT, …, UNREPLIED, REPLIED, ASSURED',
      notEmpty('A state'),
    )
    .option(
      '--problem <problem>',
      'flows with a problem: any, stale, error, warning, info, or a code such as endpoint-gone',
      notEmpty('A problem'),
    )
    .option('-n, --namespace <name>', 'namespace of names given without one', 'default')
    .option(
      '--limit <count>',
      'flows to list, the worst first; 0 lists all (default: 20, as JSON or YAML 10000, as HTML 500)',
      limitOf,
    );
  return addCommonOptions(command, PAGE_FORMATS)
    .addHelpText('after', () =>
      formatExamples(program, [
        ['kp-explain conntrack --svc shop/udp-stale --demo', 'the flows of a Service, and the stuck ones'],
        ['kp-explain conntrack --demo', 'the table as a whole'],
        ['kp-explain conntrack --problem stale --demo -o json', 'every stuck flow, as JSON'],
        ['sudo kp-explain conntrack --problem stale', 'the stuck flows of this machine'],
        [
          'sudo conntrack -L | kp-explain conntrack -f -',
          'the table of this machine; more files (iptables-save, kubectl get) give names',
        ],
      ]),
    )
    .action(async (options: ConntrackOptions) => {
      const common = commonRequest(options);
      await act({
        ...common,
        svc: options.svc ?? null,
        endpoint: options.endpoint ?? null,
        client: options.client ?? null,
        state: options.state ?? null,
        problem: options.problem ?? null,
        namespace: options.namespace,
        limit: options.limit ?? LIMITS[common.output],
      });
    });
}

function limitOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A limit is a number; 0 lists all.');
  return text === '0' ? Number.POSITIVE_INFINITY : Number(text);
}

/** Reads the flows, writes the answer. @returns the exit status. Throws UsageError where nothing of that name is known. */
export async function runConntrack(request: ConntrackRequest, io: Io): Promise<ExitStatus> {
  const { answer } = await import('./answer.ts');
  const { flowFormats } = await import('./flow-formats.ts');
  await answer(
    request,
    io,
    async (capture, progress): Promise<FlowList> => {
      const { listFlows } = await import('../explain/list-flows.ts');
      const { QuestionError } = await import('../explain/question/question.ts');
      if (capture.flowListings.length === 0) throw noFlows(capture);
      const known = knownOf(capture, await capture.cluster());
      const listings = capture.flowListings;
      progress.begin(`reading ${listings.map(({ name }) => name).join(', ')}`);
      const stats = await statsOf(capture);
      try {
        const list = await listFlows(request, { known, listings, stats, problems: capture.problems });
        return { ...documentHead(capture), kind: 'FlowList', ...list };
      } catch (error) {
        if (error instanceof QuestionError) throw new UsageError('question', error.message);
        throw error;
      }
    },
    flowFormats(),
    'rules-or-flows',
  );
  return EXIT.answered;
}

async function statsOf(capture: Capture) {
  const text = capture.conntrackStats();
  if (text === null) return null;
  const { parseConntrackStats } = await import('../conntrack/parse-stats.ts');
  return parseConntrackStats(text, 'conntrack -S', capture.problems);
}

function noFlows(capture: Capture): UsageError {
  return new UsageError(
    'no-flows',
    `no flows in ${capture.info.origin}: save them as root with: conntrack -L > conntrack.txt (or give /proc/net/nf_conntrack)`,
  );
}
