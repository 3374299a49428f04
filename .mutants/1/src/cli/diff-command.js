import { Command, InvalidArgumentError, Option } from 'commander';
import { PAGE_FORMATS } from '../render/format.js';
import { addDisplayOptions } from './display.js';
import { formatExamples } from './examples.js';
import { statusOfDiff } from './exit-status.js';
import { knownOf } from './known.js';
import { addWayOptions, liveRequest, refuseWithoutNode } from './live-options.js';
import { notEmpty, outputOption } from './options.js';
import { UsageError } from './usage-error.js';
/** Classes of packets for each family: some fifteen seconds of work. A policy of FORWARD changed takes most of it. */
const BUDGET = 60_000;
/** @returns the command; `act` gets the request. */
export function diffCommand(program, act) {
    const command = new Command('diff')
        .summary('what changed between two states, in behaviour and not in text')
        .description('What would packets do differently. <before> and <after> are each a capture folder, a .tar.gz of one, the output of iptables-save, or node:NAME, a live node through kubectl; several files of one state are joined by commas. Exit status 0 means that no packet fares otherwise, 1 that some does, or that it could not be ruled out.')
        .argument('<before>', 'the first state', notEmpty('A state'))
        .argument('<after>', 'the second state', notEmpty('A state'))
        .optionsGroup('The question:')
        .option('--from <sender>', 'only packets from here: pod:NAMESPACE/NAME, node, an address or a network (default: everybody)', notEmpty('A sender'))
        .addOption(new Option('--svc <service>', 'only this Service: NAMESPACE/NAME').argParser(serviceOf))
        .addOption(new Option('--budget <classes>', 'how many classes of packets may be traced in each family')
        .argParser(countOf)
        .default(BUDGET))
        .option('--strict', 'link-local addresses that interfaces have on one side alone count as a difference, too: they are made up anew at every start of the node')
        .addOption(new Option('--detail <level>', 'one line each; with the two paths of each witness; with whole paths of rules')
        .choices(['answer', 'path', 'full'])
        .default('answer'));
    return addDisplayOptions(addWayOptions(command).optionsGroup('Output:').addOption(outputOption(PAGE_FORMATS)))
        .addHelpText('after', () => formatExamples(program, [
        ['kp-explain diff monday/ tuesday.tar.gz', 'two captures of a node'],
        ['kp-explain diff before.txt after.txt --detail path', 'two outputs of iptables-save, with paths'],
        ['kp-explain diff before/ after/ --svc shop/web -o json', 'one Service, as JSON'],
        ['kp-explain diff before.tar.gz node:node-1', 'a capture and the node as it is now'],
    ]))
        .action(async (before, after, options) => {
        if (![before, after].some((text) => text.startsWith('node:')))
            refuseWithoutNode(options, 'node:NAME');
        await act({
            before: sourceOf(before, options),
            after: sourceOf(after, options),
            output: options.output,
            from: options.from ?? null,
            service: options.svc ?? null,
            budget: options.budget,
            strict: options.strict === true,
            detail: options.detail,
        });
    });
}
/** Compares, writes the answer. @returns 1 where something changed. Throws UsageError where the question names nothing known. */
export async function runDiff(request, io) {
    if (readsStdin(request.before) && readsStdin(request.after))
        throw new UsageError('stdin-twice', 'standard input can be one of the two states, not both');
    const { answerFrom } = await import('./answer.js');
    const { diffFormats } = await import('./diff-formats.js');
    const diff = await answerFrom(request, io, async (load, progress) => {
        const before = await load(request.before);
        const after = await load(request.after);
        const known = [knownOf(before, await before.cluster()), knownOf(after, await after.cluster())];
        const { compareStates } = await import('../diff/compare-states.js');
        const { readSenders } = await import('../diff/read-senders.js');
        progress.begin('comparing');
        const senders = readSenders(request.from, known);
        if (senders === 'unknown')
            throw new UsageError('question', `--from ${request.from} is none of pod:NAMESPACE/NAME (of a pod in either capture), node, an address or a network`);
        const { budget, service, strict } = request;
        if (service !== null) {
            const { isNamed } = await import('../diff/is-named.js');
            if (!known.some((side) => isNamed(side, service)))
                throw new UsageError('question', `--svc ${service.namespace}/${service.name}: neither state has a Service of this name, in its API objects or in comments of rules`);
        }
        const { onlyFamily, ...comparison } = compareStates(...known, { budget, service, senders, strict });
        const only = {
            service: service === null ? null : `${service.namespace}/${service.name}`,
            from: request.from,
            family: onlyFamily,
        };
        // As properties are read in this order, problems come last: reading for the answer may still find some.
        return { ...headOf(before, after), only, ...comparison };
    }, diffFormats(request, io.programName));
    return statusOfDiff(diff.identical);
}
/** Ask last: reading for the answer may still find problems. */
function headOf(before, after) {
    return {
        apiVersion: 'kp-explain/v1',
        kind: 'Diff',
        capture: after.info,
        before: before.info,
        get problems() {
            return [...before.problems.list(), ...after.problems.list()];
        },
    };
}
/** `node:NAME` is a live node, through kubectl; anything else names files. */
function sourceOf(text, options) {
    if (text.startsWith('node:')) {
        const node = text.slice('node:'.length);
        if (node === '')
            throw new UsageError('no-node', 'node: names no node; write node:NAME');
        return {
            files: [],
            demo: false,
            live: liveRequest({ ...options, node }, { host: 'packets', flows: 'all' }),
        };
    }
    return { files: text.split(',').filter((file) => file !== ''), demo: false };
}
function readsStdin({ files }) {
    return files.includes('-');
}
function serviceOf(text) {
    const [, namespace, name] = /^([^/\s]+)\/([^/:\s]+)$/.exec(text) ?? [];
    if (namespace === undefined || name === undefined)
        throw new InvalidArgumentError('A Service is NAMESPACE/NAME.');
    return { namespace, name };
}
function countOf(text) {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count < 1)
        throw new InvalidArgumentError('A budget is a number of classes, at least 1.');
    return count;
}
