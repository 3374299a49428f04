import { Command } from 'commander';
import type { ChainList } from '../explain/chain-list.ts';
import { chainName } from '../proxy/chains.ts';
import { documentHead } from './document-head.ts';
import { formatExamples } from './examples.ts';
import { type ExitStatus, statusOfChains } from './exit-status.ts';
import type { Io } from './io.ts';
import { addCommonOptions, type CommonOptions, commonRequest, notEmpty } from './options.ts';
import type { ChainRequest } from './requests.ts';

/** The hash of a Service of the demo. */
const DEMO = 'TCOU7JCQXEZGVUNU';

/** @returns the command; `act` gets the request. */
export function chainCommand(program: string, act: (request: ChainRequest) => Promise<void>): Command {
  const command = new Command('chain')
    .summary(`what ${chainName('SVC', '…')} / ${chainName('SEP', '…')} stands for, and who jumps to it`)
    .description(
      'What a chain stands for: its Service and endpoint, who jumps to it, its rules, where it leads. <name> is a chain in any case, its unique beginning, or its hash alone; or NAMESPACE/SERVICE[:PORT] for all chains of a Service. Also a virtual server of IPVS (ADDRESS:PORT), an ipset, the place of a rule, such as "nat PREROUTING 1" or "ip kube-proxy services handle 12", a rule as nft -a prints it, or the prefix of a LOG rule.',
    )
    .argument('<name...>', 'the chain, or a Service', joined);
  return addCommonOptions(command)
    .addHelpText('after', () =>
      formatExamples(program, [
        [`kp-explain chain ${chainName('SVC', DEMO)} --demo`, 'one chain'],
        [`kp-explain chain ${DEMO} --demo`, 'the hash is enough'],
        ['kp-explain chain shop/web --demo', 'the chains of a Service'],
        ["kp-explain chain 'nat PREROUTING 1' --demo", 'one rule, by its place'],
        [
          'kp-explain chain ip kube-proxy services handle 52 --demo nftables',
          'one rule of nft, by its handle',
        ],
        ['kp-explain chain POSTROUTING --demo', 'a built-in chain, in each table and family'],
      ]),
    )
    .action(async (name: string, options: CommonOptions) => {
      await act({ ...commonRequest(options, { host: 'addresses', flows: 'none' }), name });
    });
}

const word = notEmpty('A chain name');

/** A place has blanks in it, quoted or not. */
function joined(text: string, before?: string): string {
  return before === undefined ? word(text) : `${before} ${text}`;
}

/** Describes, writes the answer. @returns 1 where there is no such chain. */
export async function runChain(request: ChainRequest, io: Io): Promise<ExitStatus> {
  const { answer } = await import('./answer.ts');
  const { plainFormats } = await import('./plain-formats.ts');
  let near: readonly string[] = [];
  const list = await answer(
    request,
    io,
    async (capture): Promise<ChainList> => {
      const { describeMissing, describeName, suggestNames } = await import(
        '../explain/chains/chain-readers.ts'
      );
      const { knownOf } = await import('./known.ts');
      const { absentRule, onlyAt, readPlaces } = await import('../explain/chains/place.ts');
      const known = knownOf(capture, await capture.cluster(), 'as-listed');
      const { absentHandle, readNftPlaces } = await import('../explain/chains/nft-place.ts');
      const own = readPlaces(request.name, capture.rulesets);
      const places = own.length > 0 ? own : readNftPlaces(request.name, capture.nft);
      const items =
        places.length === 0
          ? describeName(request.name, known)
          : places.flatMap((place) =>
              describeName(place.chain, known).flatMap((one) => onlyAt(one, place) ?? []),
            );
      const [place] = places;
      if (items.length === 0) near = suggestNames(place?.chain ?? request.name, known);
      const absent =
        items.length > 0
          ? null
          : place === undefined
            ? (absentHandle(request.name, capture.nft) ?? describeMissing(request.name, known))
            : absentRule(place, capture.rulesets);
      return { ...documentHead(capture), kind: 'ChainList', items, absent };
    },
    plainFormats<ChainList>(async (found, view) => {
      const { renderChainText, renderNoChain } = await import('../render/chain-text.ts');
      return found.items.length === 0
        ? renderNoChain(request.name, near, found.absent, view.width)
        : renderChainText(found, view);
    }),
  );
  return statusOfChains(list.items.length);
}
