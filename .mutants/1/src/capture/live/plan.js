import { quoteCommand } from '../../command/quote.js';
import { askArgs, createArgs, deleteArgs } from './debug-pod.js';
import { listPodsArgs, readPodArgs } from './find-pod.js';
import { CONFIG_ARGS, kubectlArgv, NO_SETTINGS } from './kubectl.js';
import { execArgs } from './pod-place.js';
import { ADDRESSES, FLOW_STATS, FLOWS, flowsOf, HOST, IPSETS, IPVS, IPVS_CONNECTIONS, NFT_RULESET, RULES, VERSION_PROBE, VERSIONS, } from './probes.js';
import { DEFAULT_IMAGE, profilesOf, rootsOf } from './reach-node.js';
/** Stands for what an earlier command tells. */
const POD = { namespace: 'NAMESPACE', name: 'POD', container: 'CONTAINER' };
/**
 * @param allNodes the node's name is what a list of the nodes tells.
 * @returns the commands that reading the target may run, in order, one a line, and comments that begin with `#`.
 */
export function planCommands(target, allNodes) {
    const { node, access } = target;
    const kubectl = (...args) => quoteCommand(kubectlArgv(access, args));
    if (node === null) {
        return [
            '# on this machine; files of /proc are read without a command',
            ...onNode(target, quoteCommand, false),
            '# and http://127.0.0.1:10249/proxyMode is read, where kube-proxy answers' +
                (target.needs.host === 'all' ? ', then /metrics' : ''),
        ];
    }
    return [
        `# kubectl runs with ${Object.entries(NO_SETTINGS)
            .map(([name, value]) => `${name}=${value}`)
            .join(' ')}: no kuberc changes what it does`,
        ...(allNodes
            ? [kubectl('get', 'nodes', '-o', 'json'), '# then for each NODE of the list, a few at once:']
            : []),
        ...(node.via === 'debug' ? [] : execPlan(node, target, kubectl)),
        ...(node.via === 'exec' ? [] : debugPlan(node, target, access, kubectl)),
    ];
}
function execPlan(node, target, kubectl) {
    const find = node.pod === null ? listPodsArgs(node.node, null) : readPodArgs(node.pod.namespace, node.pod.name);
    const pod = node.pod === null ? POD : { ...POD, ...node.pod };
    const from = node.pod === null ? 'NAMESPACE, POD and CONTAINER are' : 'CONTAINER is';
    return [
        ...(node.via === 'auto' ? ['# via exec:'] : []),
        kubectl(...find, '-o', 'json'),
        ...(node.pod === null
            ? [
                `# only where that is forbidden: ${kubectl(...listPodsArgs(node.node, 'kube-system'), '-o', 'json')}`,
            ]
            : []),
        `# ${from} what the first command tells: kube-proxy’s, else another agent’s that holds iptables`,
        ...onNode(target, (argv) => kubectl(...execArgs(pod, argv)), true),
    ];
}
function debugPlan(node, target, access, kubectl) {
    const [first, ...others] = profilesOf(node);
    if (first === undefined)
        return [];
    const namespace = node.debugNamespace ?? 'NAMESPACE';
    const pod = { namespace, name: 'POD', container: 'kp-explain-RANDOM' };
    const pinned = { ...access, context: access.context ?? 'CONTEXT' };
    const spell = (...args) => quoteCommand(kubectlArgv(pinned, args));
    return [
        ...(node.via === 'auto' ? ['# only where that gives no rules, via debug:'] : []),
        kubectl(...CONFIG_ARGS),
        `# ${access.context === null ? 'CONTEXT' : ''}${access.context === null && node.debugNamespace === null ? ' and ' : ''}${node.debugNamespace === null ? 'NAMESPACE' : ''}: what that tells, so that all that follows means the same cluster; POD: what the next command tells`.replace('# : ', '# '),
        spell(...createArgs(requestOf(node, namespace, first), pod.container)),
        ...others.map((profile) => `# once more with --profile=${profile}, where ${first} gives no rules`),
        spell(...readPodArgs(namespace, 'POD'), '-o', 'json'),
        '# repeated until the pod runs; then',
        ...onNode(target, (argv) => spell(...execArgs(pod, rooted(argv, rootsOf(node, first)))), true),
        ...(others.length > 0 || first === 'sysadmin'
            ? [
                '# with profile sysadmin, a program that is not there is looked for with chroot /host, or without it',
            ]
            : []),
        '# in every case, also after an error and on Ctrl-C, and asked for, because only a pod that is gone is removed:',
        spell(...deleteArgs({ namespace, name: 'POD' })),
        spell(...askArgs({ namespace, name: 'POD' })),
    ];
}
function requestOf(node, namespace, profile) {
    return { node: node.node, namespace, image: node.image ?? DEFAULT_IMAGE, profile, startMs: 0 };
}
function rooted(argv, [first]) {
    return first === 'host' ? ['chroot', '/host', ...argv] : argv;
}
const read = (path) => ({ argv: ['cat', path], only: null });
/** kube-proxy's answers, where it listens by default. In a pod they are asked for with whichever program there is. */
function proxyQuestions({ needs }) {
    const all = needs.host === 'all';
    const only = all ? null : 'where no rule is of kube-proxy’s iptables mode';
    return (all ? ['/proxyMode', '/metrics'] : ['/proxyMode']).flatMap((path) => {
        const url = `http://127.0.0.1:10249${path}`;
        return [
            { argv: ['wget', '-q', '-T', '3', '-O', '-', url], only },
            { argv: ['curl', '-sf', '-m', '3', url], only: 'where there is no wget' },
        ];
    });
}
/** @param inPod true: files of the node are read with commands too. */
function onNode(target, spell, inPod) {
    const { needs } = target;
    const packets = needs.host !== 'addresses';
    const { v4, v6, ...others } = RULES;
    const steps = [
        VERSION_PROBE,
        v4,
        v6,
        ...(inPod ? [read('/proc/net/ip_tables_names'), read('/proc/net/ip6_tables_names')] : []),
        ...Object.values(others),
        ADDRESSES,
        ...(packets ? [...HOST, IPSETS] : []),
        packets ? NFT_RULESET : { ...NFT_RULESET, only: 'where no rule is of kube-proxy’s iptables mode' },
        ...(inPod ? [read('/proc/net/ip_vs')] : []),
        IPVS,
        ...(packets ? [IPVS_CONNECTIONS] : []),
        ...(inPod && packets ? [RECENT_LISTS] : []),
        ...(inPod ? proxyQuestions(target) : []),
        ...(needs.host === 'all' ? [...(inPod ? [read('/proc/sys/kernel/osrelease')] : []), ...VERSIONS] : []),
        ...flowPlan(needs.flows),
    ];
    return steps.flatMap(({ argv, only, otherwise }) => [
        only === null ? spell(argv) : `${spell(argv)}  # only ${only}`,
        ...(otherwise === undefined
            ? []
            : [`# or, where there is no ${argv[0] ?? ''}: ${quoteCommand(otherwise)}`]),
    ]);
}
const RECENT_LISTS = {
    argv: ['grep', '-H', '', '/proc/net/xt_recent/LIST'],
    only: 'where rules ask xt_recent; LIST: those that they name',
};
function flowPlan(flows) {
    if (flows === 'all')
        return [...FLOWS, FLOW_STATS];
    if (flows === 'none')
        return [];
    const only = 'the flows to the destination; with -f ipv6 if it is one';
    return [
        { argv: flowsOf('ipv4', ['--orig-dst', 'ADDRESS']).argv, only },
        { argv: flowsOf('ipv4', ['--reply-dst', 'ADDRESS']).argv, only: 'with --source-port' },
    ];
}
