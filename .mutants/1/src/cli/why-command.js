import { Command, Option } from 'commander';
import { PAGE_FORMATS } from '../render/format.js';
import { namespaceOf } from './default-namespace.js';
import { documentHead } from './document-head.js';
import { formatExamples } from './examples.js';
import { EXIT } from './exit-status.js';
import { addCommonOptions, commonRequest, notEmpty, oneOf } from './options.js';
import { podsOf } from './trace-command.js';
import { UsageError } from './usage-error.js';
/** @returns the command; `act` gets the request. */
export function whyCommand(program, act) {
    const command = new Command('why')
        .summary('does it work, and if not, why')
        .description('Does a Service port work from a pod, from the node and from outside, and if not, why: the first cause, its proof and what to do next. Fails (exit status 1) where it does not work.\n\n<service> is NAMESPACE/SERVICE, NAMESPACE/SERVICE:PORT (name or number), SERVICE:PORT in the namespace of -n, ADDRESS:PORT or node:NODEPORT.')
        .argument('<service>', 'a Service, or an address and port', notEmpty('A Service'))
        .optionsGroup('The question:')
        .option('--from <sender>', 'pod, pod:NAMESPACE/NAME, node, external or an address (default: a pod, the node and external)', notEmpty('A sender'))
        .addOption(new Option('--protocol <name>', "tcp, udp or sctp (default: the Service port's)").argParser(oneOf(['tcp', 'udp', 'sctp'])))
        .option('-n, --namespace <name>', 'namespace of a Service given without one (default: the context’s, else default)');
    return addCommonOptions(command, PAGE_FORMATS)
        .addHelpText('after', () => formatExamples(program, [
        ['kp-explain why shop/web --demo', 'one Service, from everywhere'],
        ['kp-explain why shop/web --from external --demo', 'asked from outside alone'],
        ['kp-explain why shop/web --node node-1', 'on a live node, through kubectl'],
    ]))
        .action(async (service, options) => {
        const common = commonRequest(options, { host: 'all', flows: 'all' });
        const { sources } = common;
        const live = sources.live === undefined ? {} : { live: { ...sources.live, pods: podsOf(options.from ?? '') } };
        await act({
            ...common,
            sources: { ...sources, ...live },
            destination: service,
            from: options.from ?? null,
            protocol: options.protocol ?? null,
            sourcePort: null,
            inInterface: null,
            mark: null,
            ctstate: null,
            namespace: await namespaceOf(options.namespace, common),
            detail: 'answer',
        });
    });
}
/** Diagnoses, writes the answer. @returns 0 where it works, 1 where it does not. Throws UsageError where nothing known is named. */
export async function runWhy(request, io) {
    const { answer } = await import('./answer.js');
    const { whyFormats } = await import('./why-formats.js');
    let traced = [];
    const report = await answer(request, io, async (capture, progress) => {
        const { diagnoseService } = await import('../diagnose/diagnose-service.js');
        const { QuestionError } = await import('../explain/question/question.js');
        const { inputOf } = await import('./input-of.js');
        const input = await inputOf(capture);
        progress.begin(`asking why ${request.destination}`);
        try {
            const { answer: found, items } = diagnoseService(request, input);
            traced = items;
            return { ...documentHead(capture), kind: 'WhyReport', ...found };
        }
        catch (error) {
            if (error instanceof QuestionError)
                throw new UsageError('question', error.message);
            throw error;
        }
    }, whyFormats(request, io, () => traced));
    return report.verdict === 'works' ? EXIT.answered : EXIT.no;
}
