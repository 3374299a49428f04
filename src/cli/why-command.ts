import { Command, Option } from 'commander';
import type { WhyReport } from '../diagnose/why-report.ts';
import type { TraceItem } from '../explain/trace-list.ts';
import { PAGE_FORMATS, type PageFormat } from '../render/format.ts';
import { namespaceOf } from './default-namespace.ts';
import { documentHead } from './document-head.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';
import { addFollowOption, ofLive } from './live-options.ts';
import { addCommonOptions, type CommonOptions, commonRequest, notEmpty, oneOf } from './options.ts';
import type { WhyRequest } from './requests.ts';
import { podsOf } from './trace-command.ts';
import { UsageError } from './usage-error.ts';
import { addWatchOption, watched } from './watch/watch-option.ts';

interface WhyOptions extends CommonOptions<PageFormat> {
  readonly from?: string;
  readonly protocol?: string;
  readonly namespace?: string;
  readonly watch?: string;
}

/** @returns the command; `act` gets the request. */
export function whyCommand(program: string, act: (request: WhyRequest) => Promise<void>): Command {
  const command = new Command('why')
    .summary('does it work, and if not, why')
    .description(
      'Does a Service port work from a pod, from the node and from outside, and if not, why: the first cause, its proof and what to do next. Fails (exit status 1) where it does not work.\n\n<service> is NAMESPACE/SERVICE, NAMESPACE/SERVICE:PORT (name or number), SERVICE:PORT in the namespace of -n, ADDRESS:PORT or node:NODEPORT. Or, in quotes, a line of conntrack, tcpdump -n, ss -n or a LOG rule; - reads one from standard input.',
    )
    .argument('<service>', 'a Service, or an address and port', notEmpty('A Service'))
    .optionsGroup('The question:')
    .option(
      '--from <sender>',
      'pod, pod:NAMESPACE/NAME, node, external or an address (default: a pod, the node and external); of a pod that is named, without -f and --node, its own node is read, by kubectl exec alone',
      notEmpty('A sender'),
    )
    .addOption(
      new Option('--protocol <name>', "tcp, udp or sctp (default: the Service port's)").argParser(
        oneOf(['tcp', 'udp', 'sctp']),
      ),
    )
    .option(
      '-n, --namespace <name>',
      'namespace of a Service given without one (default: the context’s, else default)',
    );
  return addWatchOption(addCommonOptions(addFollowOption(command), PAGE_FORMATS))
    .addHelpText('after', () =>
      formatExamples(program, [
        ['kp-explain why shop/web --demo', 'one Service, from everywhere'],
        ['kp-explain why shop/web --from external --demo', 'asked from outside alone'],
        [
          "kp-explain why 'IP 10.244.1.13.40001 > 10.96.10.1.80: Flags [S]' --demo",
          'what a packet asks for, as tcpdump -n shows it',
        ],
        ['kp-explain why shop/web --node node-1', 'on a live node, through kubectl'],
      ]),
    )
    .action(async (service: string, options: WhyOptions) => {
      const read = commonRequest(options, { host: 'all', flows: 'all' });
      const sources = ofLive(read.sources, { pods: podsOf(options.from ?? '') });
      const common = watched({ ...read, sources }, options.watch, service);
      const namespace = await namespaceOf(options.namespace, common);
      await act({
        ...common,
        sources: ofLive(common.sources, { asked: { text: service, namespace } }),
        destination: service,
        from: options.from ?? null,
        protocol: options.protocol ?? null,
        sourcePort: null,
        inInterface: null,
        mark: null,
        ctstate: null,
        namespace,
        detail: 'answer',
      });
    });
}

/** Diagnoses, writes the answer. @returns 0 where it works, 1 where it does not. Throws UsageError where nothing known is named. */
export async function runWhy(typed: WhyRequest, io: Io): Promise<ExitStatus> {
  const { atPodsNode } = await import('./pods-node.ts');
  const asked = await atPodsNode(typed, io);
  const { questionOf, typedLine, typedText } = await import('./typed-line.ts');
  const line = typedLine(await typedText(asked.destination, asked, io), asked.destination);
  const request = line === null ? asked : questionOf(asked, line);
  const told = line === null ? '' : `${line.told}\n\n`;
  const { capturedNodes } = await import('./cluster/captured-nodes.ts');
  const nodes = capturedNodes(request.sources);
  if (nodes !== null) {
    const { runWhyOfCluster } = await import('./cluster/run-why.ts');
    const { verdict } = await runWhyOfCluster(request, nodes, io, told);
    return verdict === 'works' ? EXIT.answered : EXIT.no;
  }
  const { answer } = await import('./answer.ts');
  const { whyFormats } = await import('./why-formats.ts');
  let traced: readonly TraceItem[] = [];
  const report = await answer(
    request,
    io,
    async (capture, progress): Promise<WhyReport> => {
      const { diagnoseService } = await import('../diagnose/diagnose-service.ts');
      const { QuestionError } = await import('../explain/question/question.ts');
      const { inputOf } = await import('./input-of.ts');
      const input = await inputOf(capture);
      progress.begin(`asking why ${request.destination}`);
      try {
        const { answer: found, items } = diagnoseService(request, input);
        traced = items;
        return { ...documentHead(capture), kind: 'WhyReport', ...found };
      } catch (error) {
        if (error instanceof QuestionError) throw new UsageError('question', error.message);
        throw error;
      }
    },
    whyFormats(request, io, () => traced, told),
  );
  return report.verdict === 'works' ? EXIT.answered : EXIT.no;
}
