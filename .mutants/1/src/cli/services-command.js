import { Command, Option } from 'commander';
import { quoteCommand } from '../command/quote.js';
import { documentHead } from './document-head.js';
import { formatExamples } from './examples.js';
import { EXIT } from './exit-status.js';
import { addCommonOptions, commonRequest, notEmpty } from './options.js';
import { stateWords } from './state-words.js';
import { UsageError } from './usage-error.js';
/** @returns the command; `act` gets the request. */
export function servicesCommand(program, act) {
    const command = new Command('services')
        .summary('every Service port this node programs, one line each')
        .description('Every Service port that the rules of this node program: its addresses, its endpoints, what refuses it.')
        .argument('[service]', 'only this one: NAMESPACE/NAME[:PORT], or NAME in any namespace', notEmpty('A Service'))
        .optionsGroup('Selection:')
        .option('-n, --namespace <name>', 'only Services of this namespace (default: all)', notEmpty('A namespace'))
        .addOption(new Option('-A, --all-namespaces', 'those of all namespaces, as without -n').conflicts('namespace'));
    return addCommonOptions(command, ['text', 'wide', 'name', 'json', 'yaml'])
        .addHelpText('after', () => formatExamples(program, [
        ['kp-explain services --demo', 'those that do not work, and as many others as fit the screen'],
        ['kp-explain services --demo -o wide', 'all of them, with the addresses of endpoints'],
        ['kp-explain services shop/web --demo', 'one Service'],
        [
            'kp-explain services --demo -n kube-system -o json',
            'one namespace, as JSON, with the share of each endpoint',
        ],
        [
            'sudo iptables-save | kp-explain services -f -',
            'the rules of this machine; names come from their comments',
        ],
    ]))
        .action(async (service, options) => {
        const { output } = options;
        const listing = output === 'wide' || output === 'name' ? output : 'screen';
        const written = output === 'wide' || output === 'name' ? 'text' : output;
        await act({
            ...commonRequest({ ...options, output: written }, { host: 'addresses', flows: 'none' }),
            service: service ?? null,
            namespace: options.namespace ?? null,
            listing,
        });
    });
}
/** Lists, writes the answer. @returns the exit status. */
export async function runServices(request, io) {
    const { answer } = await import('./answer.js');
    const { plainFormats } = await import('./plain-formats.js');
    await answer(request, io, async (capture, progress) => {
        const { noteList } = await import('../explain/services/list-notes.js');
        const { CARRIER_OF, CARRIERS, listProgrammed, noteProgrammed } = await import('../explain/services/carriers.js');
        const { findUnprogrammed } = await import('../explain/services/unprogrammed-services.js');
        const { knownOf } = await import('./known.js');
        const known = knownOf(capture, await capture.cluster());
        const { cluster } = known;
        progress.begin('listing Services');
        const all = listProgrammed(known);
        const notes = noteList(known.rulesets);
        const { proxyNotes } = await import('../explain/proxies/proxy-notes.js');
        const others = proxyNotes(known);
        const { serviceFilter } = await import('../explain/services/service-filter.js');
        const wanted = serviceFilter(request, known);
        const items = all.filter(wanted);
        const carrier = CARRIER_OF[capture.info.proxyMode];
        const told = carrier === null ? [] : CARRIERS[carrier].families(known);
        const missing = findUnprogrammed(all, told, cluster).filter(wanted);
        if (request.service !== null && items.length + missing.length === 0) {
            const { noSuchService } = await import('../explain/services/service-filter.js');
            throw new UsageError('question', noSuchService(request.service, all));
        }
        if (request.service === null && request.namespace !== null && items.length === 0) {
            const { describeNamespace } = await import('../explain/services/describe-namespace.js');
            const { code, message } = describeNamespace(request.namespace, all, cluster);
            capture.problems.add(code, message);
        }
        return {
            ...documentHead(capture),
            kind: 'ServiceList',
            items,
            notProgrammed: missing,
            notes: [...notes, ...noteProgrammed(all, known), ...others],
        };
    }, plainFormats(async (list, view) => {
        const { renderServicesText } = await import('../render/services-text.js');
        const { listing, namespace } = request;
        const again = {
            program: io.programName,
            state: stateWords(request.sources),
            quote: (word) => quoteCommand([word]),
        };
        return renderServicesText(list, { ...view, ...again, listing, namespace, rows: io.rows ?? null });
    }));
    return EXIT.answered;
}
