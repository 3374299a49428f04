import { Command } from 'commander';
import type { ServiceList } from '../explain/service-list.ts';
import { documentHead } from './document-head.ts';
import { formatExamples } from './examples.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';
import { addCommonOptions, type CommonOptions, commonRequest } from './options.ts';
import type { ServicesRequest } from './requests.ts';

interface ServicesOptions extends CommonOptions {
  readonly namespace?: string;
}

/** @returns the command; `act` gets the request. */
export function servicesCommand(program: string, act: (request: ServicesRequest) => Promise<void>): Command {
  const command = new Command('services')
    .summary('every Service port this node programs, one line each')
    .description(
      'Every Service port that the rules of this node program: its addresses, its endpoints, what refuses it.',
    )
    .optionsGroup('Selection:')
    .option('-n, --namespace <name>', 'only Services of this namespace (default: all)');
  return addCommonOptions(command)
    .addHelpText('after', () =>
      formatExamples(program, [
        ['kp-explain services --demo', 'all of them'],
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
    .action(async (options: ServicesOptions) => {
      await act({
        ...commonRequest(options, { host: 'addresses', flows: 'none' }),
        namespace: options.namespace ?? null,
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
      const wanted = ({ namespace }: { readonly namespace: string | null }): boolean =>
        request.namespace === null || namespace === request.namespace;
      const items = all.filter(wanted);
      if (request.namespace !== null && items.length === 0) {
        const { describeNamespace } = await import('../explain/services/describe-namespace.ts');
        const { code, message } = describeNamespace(request.namespace, all, cluster);
        capture.problems.add(code, message);
      }
      const carrier = CARRIER_OF[capture.info.proxyMode];
      const told = carrier === null ? [] : CARRIERS[carrier].families(known);
      return {
        ...documentHead(capture),
        kind: 'ServiceList',
        items,
        notProgrammed: findUnprogrammed(all, told, cluster).filter(wanted),
        notes: [...notes, ...noteProgrammed(all, known), ...others],
      };
    },
    plainFormats<ServiceList>(async (list, view) => {
      const { renderServicesText } = await import('../render/services-text.ts');
      return renderServicesText(list, { ...view, namespace: request.namespace });
    }),
  );
  return EXIT.answered;
}
