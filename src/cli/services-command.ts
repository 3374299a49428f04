import { Command, Option } from 'commander';
import { quoteCommand } from '../command/quote.ts';
import type { ServiceList } from '../explain/service-list.ts';
import type { PlainFormat } from '../render/format.ts';
import { documentHead } from './document-head.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';
import { addCommonOptions, type CommonOptions, commonRequest, notEmpty } from './options.ts';
import type { ServicesRequest } from './requests.ts';
import { stateWords } from './state-words.ts';
import { UsageError } from './usage-error.ts';
import { addWatchOption, watched } from './watch/watch-option.ts';

interface ServicesOptions extends Omit<CommonOptions, 'output'> {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly output: PlainFormat | 'wide' | 'name';
  readonly watch?: string;
}

/** @returns the command; `act` gets the request. */
export function servicesCommand(program: string, act: (request: ServicesRequest) => Promise<void>): Command {
  const command = new Command('services')
    .summary('every Service port this node programs, one line each')
    .description(
      'Every Service port that the rules of this node program: its addresses, its endpoints, what refuses it.',
    )
    .argument(
      '[service]',
      'only this one: NAMESPACE/NAME[:PORT], or NAME in any namespace',
      notEmpty('A Service'),
    )
    .optionsGroup('Selection:')
    .option(
      '-n, --namespace <name>',
      'only Services of this namespace (default: all)',
      notEmpty('A namespace'),
    )
    .addOption(
      new Option('-A, --all-namespaces', 'those of all namespaces, as without -n').conflicts('namespace'),
    );
  return addWatchOption(addCommonOptions(command, ['text', 'wide', 'name', 'json', 'yaml']))
    .addHelpText('after', () =>
      formatExamples(program, [
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
      ]),
    )
    .action(async (service: string | undefined, options: ServicesOptions) => {
      const { output } = options;
      const listing = output === 'wide' || output === 'name' ? output : 'screen';
      const written = output === 'wide' || output === 'name' ? 'text' : output;
      await act({
        ...watched(
          commonRequest({ ...options, output: written }, { host: 'addresses', flows: 'none' }),
          options.watch,
        ),
        service: service ?? null,
        namespace: options.namespace ?? null,
        listing,
      });
    });
}

/** Lists, writes the answer. @returns the exit status. */
export async function runServices(request: ServicesRequest, io: Io): Promise<ExitStatus> {
  const { answer } = await import('./answer.ts');
  const { plainFormats } = await import('./plain-formats.ts');
  await answer(
    request,
    io,
    async (capture, progress): Promise<ServiceList> => {
      const { noteList } = await import('../explain/services/list-notes.ts');
      const { CARRIER_OF, CARRIERS, listProgrammed, noteProgrammed } = await import(
        '../explain/services/carriers.ts'
      );
      const { findUnprogrammed } = await import('../explain/services/unprogrammed-services.ts');
      const { knownOf } = await import('./known.ts');
      const known = knownOf(capture, await capture.cluster());
      const { cluster } = known;
      progress.begin('listing Services');
      const all = listProgrammed(known);
      const notes = noteList(known.rulesets);
      const { proxyNotes } = await import('../explain/proxies/proxy-notes.ts');
      const others = proxyNotes(known);
      const { serviceFilter } = await import('../explain/services/service-filter.ts');
      const wanted = serviceFilter(request, known);
      const items = all.filter(wanted);
      const carrier = CARRIER_OF[capture.info.proxyMode];
      const told = carrier === null ? [] : CARRIERS[carrier].families(known);
      const missing = findUnprogrammed(all, told, cluster).filter(wanted);
      if (request.service !== null && items.length + missing.length === 0) {
        const { noSuchService } = await import('../explain/services/service-filter.ts');
        throw new UsageError('question', noSuchService(request.service, all));
      }
      if (request.service === null && request.namespace !== null && items.length === 0) {
        const { describeNamespace } = await import('../explain/services/describe-namespace.ts');
        describeNamespace(request.namespace, all, cluster, capture.problems);
      }
      return {
        ...documentHead(capture),
        kind: 'ServiceList',
        items,
        notProgrammed: missing,
        notes: [...notes, ...noteProgrammed(all, known), ...others],
      };
    },
    plainFormats<ServiceList>(async (list, view) => {
      const { renderServicesText } = await import('../render/services-text.ts');
      const { listing, namespace } = request;
      const again = {
        program: io.programName,
        state: stateWords(request.sources),
        quote: (word: string) => quoteCommand([word]),
      };
      return renderServicesText(list, { ...view, ...again, listing, namespace, rows: io.rows ?? null });
    }),
  );
  return EXIT.answered;
}
