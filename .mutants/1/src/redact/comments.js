import { replaceChains } from '../proxy/chains.js';
import { parseServiceComment } from '../proxy/comments.js';
/** Whole comments that programs write on every node alike. Any other may say anything. */
const COMMON = new Set([
    'kubernetes service portals',
    'kubernetes load balancer firewall',
    'kubernetes forwarding rules',
    'kubernetes externally-visible service portals',
    'kubernetes service traffic requiring SNAT',
    'kubernetes postrouting rules',
    'kubernetes service nodeports; NOTE: this must be the last rule in this chain',
    'kubernetes health check service ports',
    'kubernetes forwarding conntrack rule',
    'kubernetes forwarding conntrack pod source rule',
    'kubernetes forwarding conntrack pod destination rule',
    'kubernetes firewall for dropping marked packets',
    'block incoming localnet connections',
    'Redirect pods trying to reach external loadbalancer VIP to clusterIP',
    'handle service NodePorts; NOTE: this must be the last rule in the chain',
    'handle ClusterIPs; NOTE: this must be before the NodePort rules',
    'Ensure that non-local NodePort traffic can flow',
    'NodeLocal DNS Cache: skip conntrack',
    'NodeLocal DNS Cache: allow DNS traffic',
    'CNI portfwd requiring masquerade',
    'CNI portfwd masquerade mark',
    'CNI firewall plugin rules',
    'CNI firewall plugin admin overrides',
    'flanneld masq',
    'flanneld forward',
]);
/** @returns the comment in the new names, or null where it is not one that is known word for word. */
export function renameComment(comment, renamer) {
    if (COMMON.has(comment))
        return comment;
    const parsed = parseServiceComment(comment);
    if (parsed === null)
        return null;
    const { namespace, name, port, endpoint } = parsed;
    const head = `${namespace}/${name}`;
    const at = comment.indexOf(head);
    const tail = comment.slice(at + head.length);
    const portTail = port === '' ? '' : `:${port}`;
    if (at < 0 || !tail.startsWith(portTail))
        return null;
    const renamedHead = `${renamer.name('namespace', namespace)}/${renamer.name('service', name)}`;
    const renamedPort = port === '' ? '' : `:${renamer.name('port', port)}`;
    let rest = tail.slice(portTail.length);
    if (endpoint !== null) {
        const socket = renamer.socket(endpoint);
        if (socket === null)
            return null;
        rest = ` -> ${socket}`;
    }
    else {
        rest = replaceChains(rest, (chain) => renamer.chains.rename(chain));
    }
    return comment.slice(0, at) + renamedHead + renamedPort + rest;
}
