import { Command, InvalidArgumentError, Option } from 'commander';
import type { FlowList } from '../explain/flow-list.ts';
import { socketText } from '../net/socket.ts';
import { PAGE_FORMATS, type PageFormat } from '../render/format.ts';
import type { Capture } from './capture.ts';
import { namespaceOf } from './default-namespace.ts';
import { documentHead } from './document-head.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';
import { knownOf } from './known.ts';
import { sampleOption } from './live-options.ts';
import { addCommonOptions, type CommonOptions, commonRequest, notEmpty } from './options.ts';
import type { ConntrackRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

interface ConntrackOptions extends CommonOptions<PageFormat> {
  readonly svc?: string;
  readonly endpoint?: string;
  readonly client?: string;
  readonly state?: string;
  readonly problem?: string;
  readonly namespace?: string;
  readonly limit?: number;
  readonly detail: 'answer' | 'full';
  readonly watch?: boolean;
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
    .argument(
      '[line]',
      'the flow that a line of conntrack, tcpdump -n, ss -n or a LOG rule is about, in quotes; - reads one',
      notEmpty('A line'),
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
    .option(
      '-n, --namespace <name>',
      'namespace of names given without one (default: the context’s, else default)',
    )
    .option(
      '--limit <count>',
      'flows to list, the worst first; 0 lists all (default: 20, as JSON or YAML 10000, as HTML 500)',
      limitOf,
    )
    .option(
      '--watch',
      'tell flows as they come and go, until Ctrl-C: of this machine or a live node, or of what conntrack -E prints into -f -',
    );
  return addCommonOptions(command, PAGE_FORMATS)
    .addOption(
      new Option('--detail <level>', 'one screen; all of it').choices(['answer', 'full']).default('answer'),
    )
    .addOption(sampleOption())
    .addHelpText('after', () =>
      formatExamples(program, [
        ['kp-explain conntrack --svc shop/udp-stale --demo', 'the flows of a Service, and the stuck ones'],
        ['kp-explain conntrack --demo', 'the table as a whole'],
        ['kp-explain conntrack --problem stale --demo -o json', 'every stuck flow, as JSON'],
        ['sudo kp-explain conntrack --problem stale', 'the stuck flows of this machine'],
        ['sudo kp-explain conntrack --svc shop/web --watch', 'flows of a Service as they come and go'],
        [
          'sudo conntrack -L | kp-explain conntrack -f -',
          'the table of this machine; more files (iptables-save, kubectl get) give names',
        ],
      ]),
    )
    .action(async (line: string | undefined, options: ConntrackOptions) => {
      const watch = options.watch ?? false;
      const common = commonRequest(options, watch ? { host: 'packets', flows: 'events' } : undefined);
      await act({
        ...common,
        svc: options.svc ?? null,
        endpoint: options.endpoint ?? null,
        client: options.client ?? null,
        state: options.state ?? null,
        problem: options.problem ?? null,
        namespace: await namespaceOf(options.namespace, common),
        limit: options.limit ?? LIMITS[common.output],
        detail: options.detail,
        line: line ?? null,
        watch,
      });
    });
}

function limitOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A limit is a number; 0 lists all.');
  return text === '0' ? Number.POSITIVE_INFINITY : Number(text);
}

/** Reads the flows, writes the answer. @returns the exit status. Throws UsageError where nothing of that name is known. */
export async function runConntrack(asked: ConntrackRequest, io: Io): Promise<ExitStatus> {
  const { answer } = await import('./answer.ts');
  const request = await withLine(asked, io);
  if (request.watch) {
    const { watchFlows } = await import('./watch/watch-flows.ts');
    return await watchFlows(request, io);
  }
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
        const sample = capture.counterSample();
        const list = await listFlows(request, {
          known,
          listings,
          stats,
          sample,
          problems: capture.problems,
        });
        return { ...documentHead(capture), kind: 'FlowList', ...list };
      } catch (error) {
        if (error instanceof QuestionError) throw new UsageError('question', error.message);
        throw error;
      }
    },
    flowFormats(request.detail),
    'rules-or-flows',
  );
  return EXIT.answered;
}

/** The flows from the line's sender to its destination, and the line's own. Throws UsageError where it is no such line. */
async function withLine(request: ConntrackRequest, io: Io): Promise<ConntrackRequest> {
  if (request.line === null) return request;
  const { typedLine, typedText } = await import('./typed-line.ts');
  const line = typedLine(await typedText(request.line, request, io), request.line);
  if (line === null)
    throw new UsageError(
      'question',
      `${request.line} is no line of conntrack, tcpdump -n, ss -n or a LOG rule; for the flows of a Service say --svc ${request.line}`,
    );
  const { packet, text } = line;
  const { sources } = request;
  const isCapture = sources.files.length > 0 || sources.demo !== false;
  return {
    ...request,
    sources: packet.isFlow && isCapture ? { ...sources, typed: text } : sources,
    svc: request.svc ?? socketText(packet.destination, packet.destinationPort),
    client: request.client ?? packet.source,
  };
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
