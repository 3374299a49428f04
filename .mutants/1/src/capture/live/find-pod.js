import { quoteWord } from '../../command/quote.js';
import { fieldsOf, objectsOf, textOf, textsOf } from '../../json/fields.js';
import { UnreachableError } from './unreachable-error.js';
/** Nothing is known of kube-proxy. */
export const NO_FACTS = { version: null, flags: [] };
/** Pods in the host's network that hold iptables, in the order they are chosen: labels (any of them), container. */
const AGENTS = [
    [
        'kube-proxy',
        [
            ['k8s-app', 'kube-proxy'],
            ['component', 'kube-proxy'],
            ['app', 'kube-proxy'],
            ['app.kubernetes.io/name', 'kube-proxy'],
        ],
        'kube-proxy',
    ],
    ['calico-node', [['k8s-app', 'calico-node']], 'calico-node'],
    ['canal', [['k8s-app', 'canal']], 'calico-node'],
    ['kube-router', [['k8s-app', 'kube-router']], 'kube-router'],
    ['cilium', [['k8s-app', 'cilium']], 'cilium-agent'],
    ['flannel', [['app', 'flannel']], 'kube-flannel'],
];
/** @returns the arguments that list a node's pods. A comma or equals sign in the name is escaped for the field selector. */
export function listPodsArgs(node, namespace) {
    const escaped = node.replace(/[\\,=]/g, (character) => `\\${character}`);
    return [
        'get',
        'pods',
        namespace === null ? '--all-namespaces' : `--namespace=${namespace}`,
        `--field-selector=spec.nodeName=${escaped}`,
    ];
}
/** @returns the arguments that read one pod. */
export function readPodArgs(namespace, name) {
    return ['get', `pod/${name}`, `--namespace=${namespace}`];
}
/**
 * Finds the pod to ask on a node: the one named, else kube-proxy's, else another agent's that holds iptables.
 * Throws UnreachableError where there is none, or where it is not in the node's network: its rules are others.
 */
export async function findNodePod(kubectl, node, named) {
    if (named !== null) {
        const label = `${named.namespace}/${named.name}`;
        const pod = await kubectl.getJson(readPodArgs(named.namespace, named.name), `pod ${label}`);
        const on = textOf(fieldsOf(pod.spec).nodeName);
        if (on !== node)
            throw new UnreachableError('other-node', `pod ${label} is on node ${on ?? '(none)'}, not on ${node}`);
        const found = nodePodOf(pod, 'the pod named by --pod', null);
        if (found === null)
            throw new UnreachableError('not-host-network', `pod ${label} does not run in the node’s network: its rules are not the node’s`);
        return found;
    }
    const pods = objectsOf((await listPods(kubectl, node)).items);
    for (const [agent, labels, container] of AGENTS) {
        for (const pod of pods) {
            const own = fieldsOf(fieldsOf(pod.metadata).labels);
            if (!labels.some(([key, value]) => own[key] === value) || !isRunning(pod))
                continue;
            const found = nodePodOf(pod, agent, container);
            if (found !== null)
                return found;
        }
    }
    throw await noPod(kubectl, node, pods.length);
}
/** All namespaces need a ClusterRole; kube-system alone is where kube-proxy is. */
async function listPods(kubectl, node) {
    try {
        return await kubectl.getJson(listPodsArgs(node, null), `the pods of ${node}`);
    }
    catch (error) {
        if (!(error instanceof UnreachableError) || error.code !== 'forbidden')
            throw error;
        return await kubectl.getJson(listPodsArgs(node, 'kube-system'), `the pods of ${node}`);
    }
}
function isRunning(pod) {
    return (textOf(fieldsOf(pod.status).phase) === 'Running' && fieldsOf(pod.metadata).deletionTimestamp === undefined);
}
function nodePodOf(pod, agent, wanted) {
    const { name, namespace } = fieldsOf(pod.metadata);
    const spec = fieldsOf(pod.spec);
    const containers = objectsOf(spec.containers);
    const container = containers.find((each) => each.name === (wanted ?? 'kube-proxy')) ?? containers[0];
    if (spec.hostNetwork !== true || container === undefined)
        return null;
    const isProxy = agent === 'kube-proxy' || container.name === 'kube-proxy';
    return {
        pod: {
            namespace: textOf(namespace) ?? '',
            name: textOf(name) ?? '',
            container: textOf(container.name) ?? '',
        },
        agent,
        facts: isProxy ? factsOf(container) : NO_FACTS,
    };
}
/** A kube-proxy flag that says how rules are written. Others, such as addresses of servers and paths, stay out. */
const TELLING = /^--(?:proxy-mode|cluster-cidr|hostname-override|masquerade-all|nodeport-addresses|detect-local-mode|iptables-[a-z-]+|ipvs-[a-z-]+|nftables-[a-z-]+|conntrack-[a-z-]+|feature-gates)=/;
/** @returns those of kube-proxy's arguments that say how rules are written. `$(NODE_NAME)` is no value. */
export function tellingFlags(args) {
    const joined = [];
    args.forEach((word, index) => {
        const next = args[index + 1];
        if (/^--[a-z-]+$/.test(word) && next !== undefined && !next.startsWith('-'))
            joined.push(`${word}=${next}`);
        else
            joined.push(word);
    });
    return joined.filter((flag) => TELLING.test(flag) && !flag.includes('$('));
}
function factsOf(container) {
    const version = /:(v\d+\.\d+\.\d+[\w.+-]*)(?:@|$)/.exec(textOf(container.image) ?? '')?.[1];
    return {
        version: version === undefined ? null : `Kubernetes ${version}`,
        flags: tellingFlags([...textsOf(container.command), ...textsOf(container.args)]),
    };
}
async function noPod(kubectl, node, pods) {
    if (pods > 0) {
        return new UnreachableError('no-proxy-pod', `no kube-proxy pod runs on node ${node}, nor another one known to hold iptables; it may be part of the kubelet’s process (k3s) or not be used (Cilium): name a pod with --pod NAMESPACE/NAME, or use --via debug`);
    }
    const names = await nodeNames(kubectl);
    const known = names.includes(node);
    const hint = known
        ? 'no pod runs on it that you may see'
        : `there ${names.length === 1 ? 'is' : 'are'} ${listed(names)}`;
    return new UnreachableError(known ? 'no-pods' : 'no-such-node', `${known ? '' : 'no '}node ${quoteWord(node)}: ${hint}`);
}
/** @returns the names of all nodes. Throws UnreachableError. */
export async function nodeNames(kubectl) {
    const list = await kubectl.getJson(['get', 'nodes'], 'the nodes of the cluster');
    return objectsOf(list.items).flatMap((item) => textOf(fieldsOf(item.metadata).name) ?? []);
}
function listed(names) {
    if (names.length === 0)
        return 'no node';
    const shown = names.slice(0, 8).join(', ');
    return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
