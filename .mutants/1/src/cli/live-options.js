import { InvalidArgumentError, Option } from 'commander';
import { whyNoSmallFile } from '../kubernetes/api/small-file.js';
import { UsageError } from './usage-error.js';
/** Adds the options of a live node. */
export function addLiveOptions(command) {
    return addWayOptions(command.addOption(new Option('--node <name>', 'a live node, through kubectl (without -f and --node: this machine)')
        .argParser(noBlank('A node name'))
        .conflicts(['file', 'demo'])));
}
/** Adds how a live node is read, where its name is said otherwise. */
export function addWayOptions(command) {
    return command
        .optionsGroup(LIVE)
        .addOption(new Option('--via <way>', 'exec (kube-proxy’s pod), debug (kubectl debug) or auto (default: auto)').choices(['auto', 'exec', 'debug']))
        .addOption(new Option('--pod <namespace/name>', 'exec: the pod to ask').argParser(podOf))
        .addOption(new Option('--image <image>', 'debug: an image (default: busybox)').argParser(noBlank('An image')))
        .addOption(new Option('--profile <name>', 'debug: netadmin or sysadmin').choices(['netadmin', 'sysadmin']))
        .addOption(new Option('--debug-namespace <name>', 'debug: where its pod is made').argParser(noBlank('A namespace')))
        .option('--no-conntrack', 'do not ask for live flows')
        .option('--show-commands', 'print what would be run, and run nothing')
        .option('--kubeconfig <path>', 'as in kubectl', kubeconfigOf)
        .option('--context <name>', 'as in kubectl', noBlank('A context'))
        .option('--no-api', 'names from the rules’ comments alone');
}
/** Who reads captures skips them: they are a group of their own, a line each. docs/live-nodes.md tells all. */
const LIVE = 'A live node and its cluster:';
/** @returns the live part of a request; it counts where neither -f nor --demo was given. Throws UsageError. */
export function liveRequest(options, needs) {
    if (options.node === undefined)
        refuseWithoutNode(options, '--node');
    const conntrack = options.conntrack ?? true;
    return {
        target: options.node === undefined
            ? null
            : {
                node: options.node,
                via: options.via ?? 'auto',
                pod: options.pod ?? null,
                image: options.image ?? null,
                profile: options.profile ?? null,
                debugNamespace: options.debugNamespace ?? null,
            },
        access: { kubeconfig: options.kubeconfig ?? null, context: options.context ?? null },
        api: options.api ?? true,
        pods: [],
        needs: conntrack ? needs : { ...needs, flows: 'none' },
        showCommands: options.showCommands ?? false,
    };
}
/** Without the node's name this machine would be read, which is not what was meant. */
export function refuseWithoutNode({ via, pod, image, profile, debugNamespace }, naming) {
    const given = { via, pod, image, profile, 'debug-namespace': debugNamespace };
    for (const [name, value] of Object.entries(given)) {
        if (value === undefined)
            continue;
        throw new UsageError('no-node', `--${name} says how to reach a node; name the node with ${naming}`);
    }
}
function noBlank(what) {
    return (text) => {
        if (text.trim() === '')
            throw new InvalidArgumentError(`${what} must not be empty.`);
        return text;
    };
}
/** kubectl gets the path too, and would read a device without end. */
function kubeconfigOf(text) {
    const path = noBlank('A path')(text);
    const why = whyNoSmallFile(path);
    if (why !== null)
        throw new InvalidArgumentError(`It cannot be a kubeconfig: ${why}.`);
    return path;
}
function podOf(text) {
    const slash = text.indexOf('/');
    const namespace = text.slice(0, Math.max(0, slash));
    const name = text.slice(slash + 1);
    if (namespace === '' || name === '' || name.includes('/')) {
        throw new InvalidArgumentError('A pod is named NAMESPACE/NAME, such as kube-system/kube-proxy-x7k2p.');
    }
    return { namespace, name };
}
