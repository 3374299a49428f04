import { Command, Option } from 'commander';
import type { FlowFilter } from '../capture/live/collect-host.ts';
import type { TraceList } from '../explain/trace-list.ts';
import type { CheckInput } from '../findings/check-input.ts';
import { TRACE_FORMATS, type TraceFormat } from '../render/format.ts';
import type { Capture } from './capture.ts';
import { namespaceOf } from './default-namespace.ts';
import { documentHead } from './document-head.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';
import { knownOf } from './known.ts';
import { addFollowOption, ofLive } from './live-options.ts';
import {
  addCommonOptions,
  type CommonOptions,
  commonRequest,
  markOf,
  notEmpty,
  oneOf,
  portOf,
} from './options.ts';
import type { TraceRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';
import { addWatchOption, watched } from './watch/watch-option.ts';

interface TraceOptions extends CommonOptions<TraceFormat> {
  readonly from?: string;
  readonly protocol?: string;
  readonly sourcePort?: number;
  readonly inInterface?: string;
  readonly mark?: number;
  readonly ctstate?: string;
  readonly namespace?: string;
  readonly detail?: 'answer' | 'path' | 'full';
  readonly watch?: string;
}

/** @returns the command; `act` gets the request. */
export function traceCommand(program: string, act: (request: TraceRequest) => Promise<void>): Command {
  const command = new Command('trace')
    .summary('where does this packet go, rule by rule')
    .description(
      'Where does this packet go on the node, through which rules, and why not elsewhere.\n\n<destination> is ADDRESS:PORT ([fd00::a]:53 for IPv6), NAMESPACE/SERVICE, NAMESPACE/SERVICE:PORT (name or number), SERVICE:PORT in the namespace of -n, or node:NODEPORT. As in kubectl: svc/NAME, pod/NAME:PORT, NAME.NAMESPACE.svc, a URL, NODENAME:NODEPORT, localhost:NODEPORT. Or, in quotes, a line of conntrack, tcpdump -n, ss -n or a LOG rule; - reads one from standard input. What a kernel traced (TRACE lines of its log, xtables-monitor --trace, nft monitor trace) is read packet by packet.',
    )
    .argument('<destination>', 'an address and port, a Service, or a node port', notEmpty('A destination'))
    .optionsGroup('The packet:')
    .option(
      '--from <sender>',
      'pod, pod:NAMESPACE/NAME (or pod/NAME, NAMESPACE/NAME), node, external, ADDRESS or ADDRESS:PORT (default: a pod, the node and external); of a pod that is named, without -f and --node, its own node is read, by kubectl exec alone',
      notEmpty('A sender'),
    )
    .addOption(
      new Option(
        '--protocol <name>',
        "tcp, udp, sctp or icmp (default: the Service port's, else tcp)",
      ).argParser(oneOf(['tcp', 'udp', 'sctp', 'icmp'])),
    )
    .option('--source-port <port>', 'the port it comes from (default: any)', portOf)
    .option('--in-interface <name>', 'the interface it comes in by (default: as the routes tell)')
    .option('--mark <mark>', 'the mark it carries when it arrives (default: 0)', markOf)
    .addOption(
      new Option(
        '--ctstate <state>',
        'its conntrack state: NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED (default: NEW)',
      ).argParser(oneOf(['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'])),
    )
    .option(
      '-n, --namespace <name>',
      'namespace of a Service given without one (default: the context’s, else default)',
    );
  return addWatchOption(addCommonOptions(addFollowOption(command), TRACE_FORMATS))
    .addOption(
      new Option(
        '--detail <level>',
        'the answer in full; with the rules that matched; with those that did not, and why (default: the answer, the cause and what to do, on one screen)',
      ).choices(['answer', 'path', 'full']),
    )
    .addHelpText('after', () =>
      formatExamples(program, [
        ['kp-explain trace shop/web --demo', 'a Service, from a pod, from the node and from outside'],
        [
          'kp-explain trace 10.96.0.10:53 --protocol udp --from pod --demo',
          'cluster DNS, asked by some pod of this node',
        ],
        [
          'kp-explain trace node:30081 --from external --demo --detail full',
          'a node port from outside, with the rules that did not match',
        ],
        [
          "kp-explain trace 'IP 10.244.1.13.40001 > 10.96.10.1.80: Flags [S]' --demo",
          'a packet as tcpdump -n shows it',
        ],
        [
          'kp-explain trace shop/web --demo -o html > web.html',
          'a page with the path as a drawing, for those who were not there',
        ],
        ['sudo kp-explain trace 10.96.0.1:443', 'this machine'],
        ['sudo kp-explain trace shop/web --watch', 'every 2 s, with what changed'],
        ['kp-explain trace shop/web --node node-1', 'a live node, through kubectl'],
      ]),
    )
    .action(async (destination: string, options: TraceOptions) => {
      const read = commonRequest(options, { host: 'packets', flows: 'some' });
      const sources = ofLive(read.sources, { pods: podsOf(options.from ?? '') });
      const common = watched({ ...read, sources }, options.watch, destination);
      const namespace = await namespaceOf(options.namespace, common);
      await act({
        ...common,
        sources: ofLive(common.sources, { asked: { text: destination, namespace } }),
        destination,
        from: options.from ?? null,
        protocol: options.protocol ?? null,
        sourcePort: options.sourcePort ?? null,
        inInterface: options.inInterface ?? null,
        mark: options.mark ?? null,
        ctstate: options.ctstate ?? null,
        namespace,
        detail: options.detail ?? 'path',
        screen: options.detail === undefined,
      });
    });
}

/** Traces, writes the answer. @returns the exit status. Throws UsageError where the question names nothing known. */
export async function runTrace(typed: TraceRequest, io: Io): Promise<ExitStatus> {
  const { atPodsNode } = await import('./pods-node.ts');
  const asked = await atPodsNode(typed, io);
  const { questionOf, typedLine, typedText } = await import('./typed-line.ts');
  const text = await typedText(asked.destination, asked, io);
  const { isKernelTrace } = await import('../explain/kernel-trace/read-kernel-trace.ts');
  if (text !== null && isKernelTrace(text)) {
    const { runKernelTrace } = await import('./kernel-trace.ts');
    return await runKernelTrace(text, asked, io);
  }
  const line = typedLine(text, asked.destination);
  const request = line === null ? asked : questionOf(asked, line);
  const told = line === null ? '' : `${line.told}\n\n`;
  const { capturedNodes } = await import('./cluster/captured-nodes.ts');
  const nodes = capturedNodes(request.sources);
  if (nodes !== null) {
    const { runTraceOfCluster } = await import('./cluster/run-trace.ts');
    return await runTraceOfCluster(request, nodes, io, told);
  }
  const { answer } = await import('./answer.ts');
  const { tellsCause, traceFormats } = await import('./trace-formats.ts');
  let input: CheckInput | null = null;
  await answer(
    request,
    io,
    async (capture, progress): Promise<TraceList> => {
      const { explainTrace } = await import('../explain/explain-trace.ts');
      const { inputOf } = await import('./input-of.ts');
      const { QuestionError } = await import('../explain/question/question.ts');
      const cluster = await capture.cluster();
      progress.begin(`tracing ${request.destination}`);
      try {
        const known = knownOf(capture, cluster);
        const items = explainTrace(request, known);
        if (tellsCause(request)) input = await inputOf(capture, known);
        return { ...documentHead(capture), kind: 'TraceList', items };
      } catch (error) {
        if (error instanceof QuestionError) throw new UsageError('question', error.message);
        throw error;
      }
    },
    traceFormats(request, io, () => input, told),
    'rules',
    async (capture) => await flowsOf(request, capture),
  );
  return EXIT.answered;
}

/** @returns the pod that `--from pod:NAMESPACE/NAME` names, which may run on another node; else none. */
export function podsOf(from: string): { namespace: string; name: string }[] {
  const [, namespace = '', name = ''] = /^(?:(?:pods?|po)[:/])?([^/:]+)\/([^/:]+)$/.exec(from) ?? [];
  return name === '' ? [] : [{ namespace, name }];
}

/** Of a live node only the flows to the destination are asked for. */
async function flowsOf(request: TraceRequest, capture: Capture): Promise<FlowFilter> {
  const { readDestination } = await import('../explain/question/destination.ts');
  const { QuestionError } = await import('../explain/question/question.ts');
  const { formatAddress } = await import('../net/address.ts');
  const { hasPorts } = await import('../net/protocol.ts');
  try {
    const { address, protocol } = readDestination(request, knownOf(capture, await capture.cluster()));
    // A packet can be told for an answer where its source port is known, or where it has none.
    const replies = request.sourcePort !== null || !hasPorts(protocol);
    return { addresses: [formatAddress(address)], replies };
  } catch (error) {
    if (error instanceof QuestionError) throw new UsageError('question', error.message);
    throw error;
  }
}
