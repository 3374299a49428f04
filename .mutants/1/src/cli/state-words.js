import { quoteCommand } from '../command/quote.js';
/**
 * @returns the options that name the same state again, quoted, with a space before them; empty for this machine. What was read
 *   from standard input has to be given once more. They are printed, never run.
 */
export function stateWords({ files, demo, live }) {
    const words = [
        ...files.flatMap((file) => ['-f', file]),
        ...(demo === false ? [] : demo === 'iptables' ? ['--demo'] : ['--demo', demo]),
        ...(files.length === 0 && !demo && live?.target != null ? nodeWords(live, live.target) : []),
    ];
    return words.length === 0 ? '' : ` ${quoteCommand(words)}`;
}
/** Whose node it is belongs to it: the same name in another cluster is another node. */
function nodeWords({ access: { kubeconfig, context }, api }, target) {
    const pod = target.pod === null ? null : `${target.pod.namespace}/${target.pod.name}`;
    return [
        ...['--node', target.node],
        ...(kubeconfig === null ? [] : ['--kubeconfig', kubeconfig]),
        ...(context === null ? [] : ['--context', context]),
        ...(target.via === 'auto' ? [] : ['--via', target.via]),
        ...(pod === null ? [] : ['--pod', pod]),
        ...(api ? [] : ['--no-api']),
    ];
}
/** @returns a question's words as they were typed, quoted: `shop/web --protocol udp`. */
export function questionWords({ destination, protocol, namespace, from }, { senders }) {
    return quoteCommand([
        destination,
        ...(senders && from !== null ? ['--from', from] : []),
        ...(protocol === null ? [] : ['--protocol', protocol]),
        ...(namespace === 'default' ? [] : ['-n', namespace]),
    ]);
}
