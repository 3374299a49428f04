import { thisNodeName } from '../explain/question/this-node.js';
import { formatAddress, isLoopback, parseAddress } from '../net/address.js';
import { hostPrefix, parsePrefix } from '../net/prefix.js';
import { formatProtocol, parseProtocol } from '../net/protocol.js';
import { socketText } from '../net/socket.js';
/** @returns whose address and port the destination is. */
export function subjectOf({ address, port, protocol, isLocal, named }, known) {
    const { book, cluster } = known;
    const match = port === null || isLocal ? null : book.serviceAt(protocol, address, port);
    const atNode = port !== null && (isLocal || isOwn(address, known)) ? book.serviceAtNodePort(protocol, port) : null;
    const found = match ?? (atNode === null ? null : { ...atNode, via: 'nodePort' });
    if (found !== null) {
        const { service, port: own, via } = found;
        const ref = {
            namespace: service.namespace,
            name: service.name,
            port: own.name,
            via,
            namedBy: 'api',
        };
        return { service: ref, object: { service, port: own }, pods: [] };
    }
    if (named !== null)
        return { service: named, object: null, pods: [] };
    const node = thisNodeName(known);
    const asking = (cluster.pods ?? []).filter((pod) => (node === null || pod.node === node) &&
        pod.hostPorts.some(({ hostPort, protocol: spelt }) => hostPort === port && parseProtocol(spelt) === protocol));
    const pods = isOwn(address, known) || isLocal ? asking : book.podsAt(address);
    return { service: null, object: null, pods: pods.map(({ namespace, name }) => `${namespace}/${name}`) };
}
function isOwn(address, { host, cluster, node }) {
    const text = formatAddress(address);
    const links = (host.links ?? []).flatMap(({ addresses }) => addresses);
    return (links.some((own) => formatAddress(own.address) === text) ||
        (cluster.nodes ?? []).some(({ name, addresses }) => name === node && addresses.some((own) => own.address === text)));
}
/** @returns whose address and port a traced packet was sent to. */
export function subjectAt(to, protocol, known) {
    const address = parseAddress(to.address);
    const number = parseProtocol(protocol);
    if (address === null || number === null)
        return { service: null, object: null, pods: [] };
    return subjectOf({ address, port: to.port, protocol: number, isLocal: false, named: null, chosen: null }, known);
}
/** The senders that are asked about where none is named. */
const SENDERS = ['pod', 'node', 'external'];
/**
 * Pods and the node ask by cluster IP, clients outside by what the Service has for them: node port, external IP, load balancer
 * IP. A destination that is an address of another kind is asked as it is, by everybody; a loopback address by the node alone.
 * @returns the packets, none for a sender that has no way in
 */
export function waysTo(question, destination, subject) {
    const base = {
        ...question,
        protocol: formatProtocol(destination.protocol),
        detail: 'answer',
    };
    const asked = {
        question: { ...base, destination: textOf(destination) },
        via: subject.service?.via ?? null,
    };
    const { object } = subject;
    if (question.from !== null)
        return [{ ...asked, question: { ...asked.question, from: question.from } }];
    if (object === null || subject.service?.via !== 'clusterIP')
        return (isLoopback(destination.address) ? ['node'] : SENDERS).map((from) => ({
            ...asked,
            question: { ...asked.question, from },
        }));
    const outside = outsideOf(object.service, object.port, destination);
    return [
        ...['pod', 'node'].map((from) => ({ ...asked, question: { ...asked.question, from } })),
        ...outside.map(({ destination: to, via }) => ({
            question: {
                ...base,
                destination: to,
                from: (via === 'loadBalancerIP' ? admitted(object.service, destination) : null) ?? 'external',
            },
            via,
        })),
    ];
}
function textOf({ address, port, isLocal }) {
    return isLocal ? `node:${port}` : socketText(formatAddress(address), port);
}
/** The ways in from outside, of the destination's family; `node:PORT` is the node's IPv4 address where it has one. */
function outsideOf({ externalIPs, loadBalancer }, { port, nodePort }, { address }) {
    const ofFamily = (text) => parseAddress(text)?.family === address.family;
    const [external] = externalIPs.filter(ofFamily);
    const [balancer] = loadBalancer
        .flatMap(({ ip, ipMode }) => (ip === null || ipMode === 'Proxy' ? [] : [ip]))
        .filter(ofFamily);
    return [
        ...(nodePort === null ? [] : [{ destination: `node:${nodePort}`, via: 'nodePort' }]),
        ...(external === undefined
            ? []
            : [{ destination: socketText(external, port), via: 'externalIP' }]),
        ...(balancer === undefined
            ? []
            : [{ destination: socketText(balancer, port), via: 'loadBalancerIP' }]),
    ];
}
/**
 * @returns a client that loadBalancerSourceRanges let in: others are barred by design, and that is in the API's line; null
 *   where everybody is let in
 */
function admitted({ loadBalancerSourceRanges }, { address }) {
    for (const range of loadBalancerSourceRanges) {
        const prefix = parsePrefix(range);
        if (prefix === null || prefix.family !== address.family)
            continue;
        if (prefix.value === 0n)
            return null;
        const isHost = hostPrefix({ family: prefix.family, value: prefix.value }).mask === prefix.mask;
        return formatAddress({ family: prefix.family, value: isHost ? prefix.value : prefix.value | 1n });
    }
    return null;
}
