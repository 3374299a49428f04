import { ProblemList } from '../../problems/problem.js';
import { InputError } from '../input-error.js';
import { collectFlows, collectFlowsTo, collectHost } from './collect-host.js';
import { collectRules } from './collect-rules.js';
import { Collector } from './collector.js';
import { describeFailure } from './describe-failure.js';
import { Kubectl } from './kubectl.js';
import { localPlace } from './local-place.js';
import { manifestText } from './manifest-document.js';
import { RULES, VERSIONS } from './probes.js';
import { askKubeProxy, localNodeName, localProxyFacts } from './proxy-facts.js';
import { withNode } from './reach-node.js';
/**
 * Reads the state of this machine or of a node through kubectl. Nothing on the node is changed, and nothing is left
 * behind in the cluster. What fails is a problem, and the rest is read.
 * Throws InputError where this machine gives no rules; UnreachableError where a node or its rules cannot be reached;
 * InterruptedError; what `flowsWanted` throws.
 */
export async function readLiveState(target, context) {
    const takenAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    // The manifest holds the problems of this node alone, also where several nodes share the list.
    const own = new ProblemList();
    try {
        if (target.node === null) {
            const reached = await reachThisMachine(context.lifeline, own);
            return await readAll(reached, localName(reached), 'this machine', takenAt, target, context);
        }
        const { node } = target.node;
        const kubectl = new Kubectl(target.access, context.lifeline.signal);
        return await withNode(kubectl, target.node, context.lifeline, own, async (reached) => readAll(reached, node, `node ${node} (${reached.how})`, takenAt, target, context));
    }
    finally {
        for (const problem of own.list())
            context.problems.add(problem.code, problem.message);
    }
}
async function reachThisMachine(lifeline, problems) {
    const place = localPlace(lifeline.signal);
    const rejected = new ProblemList();
    const collector = new Collector(place, rejected, lifeline.onStep);
    const rules = await collectRules(collector);
    const { save } = rules;
    if (save.failure === 'missing') {
        throw new InputError('no-state', 'no node state given, and this machine has no iptables-save: name a capture folder or file with -f, a node with --node, pipe the rules in (-f -), or try --demo');
    }
    if (save.failure !== null) {
        const { message } = describeFailure(save, RULES.v4, place);
        throw new InputError('no-rules', `the rules of this machine cannot be read: ${message}; or name a capture with -f, or a node with --node`);
    }
    for (const problem of rejected.list())
        problems.add(problem.code, problem.message);
    return { collector: collector.reportingTo(problems), rules, facts: localProxyFacts(), how: 'this machine' };
}
function localName({ facts }) {
    const told = facts.flags.find((flag) => flag.startsWith('--hostname-override='));
    return told === undefined ? localNodeName() : told.slice(told.indexOf('=') + 1);
}
async function readAll({ collector, rules, facts }, node, origin, takenAt, { needs }, context) {
    await collectHost(collector, { packets: needs.host !== 'addresses' }, context.iptablesModeMark);
    const all = needs.host === 'all';
    // Through kubectl each question costs a second, and rules of kube-proxy's iptables mode tell the mode as well.
    const worth = all || collector.place.via === 'local' || !showsMode(collector, context.iptablesModeMark);
    const asked = worth ? await askKubeProxy(collector.place, all) : { mode: null, version: null };
    const kernel = all ? await collector.place.read('/proc/sys/kernel/osrelease') : null;
    const tools = all
        ? await versionsOf(collector, rules.version)
        : [rules.version].filter((text) => text !== null);
    const state = () => {
        const manifest = {
            apiVersion: 'kp-explain/v1',
            kind: 'CaptureManifest',
            schemaVersion: 1,
            writtenBy: context.writtenBy,
            node,
            takenAt,
            origin,
            via: collector.place.via,
            kubeProxy: asked.version ?? facts.version,
            proxyMode: asked.mode,
            backend: rules.backend,
            kernel: kernel?.kind === 'text' ? kernel.text.trim() : null,
            tools,
            kubeProxyFlags: facts.flags,
            commands: collector.records,
            problems: collector.problems(),
        };
        const bytes = manifestText(manifest);
        return {
            files: [...collector.files(), { path: 'capture.json', bytes, origin: `${origin}: manifest` }],
            manifest,
        };
    };
    if (needs.flows === 'all')
        await collectFlows(collector);
    if (needs.flows === 'some') {
        const filter = await context.flowsWanted(state());
        if (filter !== null)
            await collectFlowsTo(collector, filter);
    }
    collector.reportMissing();
    return state();
}
function showsMode(collector, mark) {
    return collector.bytesOf('iptables-save.txt')?.includes(mark) === true;
}
/** The first line of each tool's `--version`. A tool that is not there has none, which is no problem. */
async function versionsOf(collector, iptables) {
    const versions = iptables === null ? [] : [iptables];
    for (const probe of VERSIONS) {
        const { failure, stdout } = await collector.ask(probe);
        const line = stdout.toString('utf8').split('\n')[0]?.trim() ?? '';
        if (failure === null && line !== '')
            versions.push(line);
    }
    return versions;
}
