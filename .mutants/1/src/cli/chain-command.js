import { Command } from 'commander';
import { chainName } from '../proxy/chains.js';
import { documentHead } from './document-head.js';
import { formatExamples } from './examples.js';
import { statusOfChains } from './exit-status.js';
import { addCommonOptions, commonRequest, notEmpty } from './options.js';
/** The hash of a Service of the demo. */
const DEMO = 'TCOU7JCQXEZGVUNU';
/** @returns the command; `act` gets the request. */
export function chainCommand(program, act) {
    const command = new Command('chain')
        .summary(`what ${chainName('SVC', '…')} / ${chainName('SEP', '…')} stands for, and who jumps to it`)
        .description('What a chain stands for: its Service and endpoint, who jumps to it, its rules, where it leads. <name> is a chain in any case, its unique beginning, or its hash alone; or NAMESPACE/SERVICE[:PORT] for all chains of a Service. Also a virtual server of IPVS (ADDRESS:PORT), an ipset, the place of a rule, such as "nat PREROUTING 1", or the prefix of a LOG rule.')
        .argument('<name>', 'the chain, or a Service', notEmpty('A chain name'));
    return addCommonOptions(command)
        .addHelpText('after', () => formatExamples(program, [
        [`kp-explain chain ${chainName('SVC', DEMO)} --demo`, 'one chain'],
        [`kp-explain chain ${DEMO} --demo`, 'the hash is enough'],
        ['kp-explain chain shop/web --demo', 'the chains of a Service'],
        ["kp-explain chain 'nat PREROUTING 1' --demo", 'one rule, by its place'],
        ['kp-explain chain POSTROUTING --demo', 'a built-in chain, in each table and family'],
    ]))
        .action(async (name, options) => {
        await act({ ...commonRequest(options, { host: 'addresses', flows: 'none' }), name });
    });
}
/** Describes, writes the answer. @returns 1 where there is no such chain. */
export async function runChain(request, io) {
    const { answer } = await import('./answer.js');
    const { plainFormats } = await import('./plain-formats.js');
    let near = [];
    const list = await answer(request, io, async (capture) => {
        const { describeMissing, describeName, suggestNames } = await import('../explain/chains/chain-readers.js');
        const { knownOf } = await import('./known.js');
        const { absentRule, onlyAt, readPlaces } = await import('../explain/chains/place.js');
        const known = knownOf(capture, await capture.cluster());
        const places = readPlaces(request.name, capture.rulesets);
        const items = places.length === 0
            ? describeName(request.name, known)
            : places.flatMap((place) => describeName(place.chain, known).flatMap((one) => onlyAt(one, place) ?? []));
        const [place] = places;
        if (items.length === 0)
            near = suggestNames(place?.chain ?? request.name, known);
        const absent = items.length > 0
            ? null
            : place === undefined
                ? describeMissing(request.name, known)
                : absentRule(place, capture.rulesets);
        return { ...documentHead(capture), kind: 'ChainList', items, absent };
    }, plainFormats(async (found, view) => {
        const { renderChainText, renderNoChain } = await import('../render/chain-text.js');
        return found.items.length === 0
            ? renderNoChain(request.name, near, found.absent, view.width)
            : renderChainText(found, view);
    }));
    return statusOfChains(list.items.length);
}
