import { commentOf } from '../../iptables/ruleset.js';
import { splitChainName } from '../../proxy/chain-name.js';
import { CHAINS } from '../../proxy/chains.js';
import { addressKindIn } from '../../proxy/comments.js';
import { readEndpointChain } from '../services/endpoint-chain.js';
/**
 * Names an SVC, SVL, EXT, FW, XLB or SEP chain: by the API object whose hash it carries, else by a comment in it or in
 * a rule that jumps to it. Other chains belong to no Service.
 */
export function identifyChain(found, graph, naming) {
    const prefix = splitChainName(found.chain.name)?.prefix;
    if (prefix === undefined)
        return { service: null, endpoint: null, misdirected: null };
    const comments = commentsAround(found, graph);
    const endpoint = prefix === 'SEP' ? endpointOf(found, comments, naming) : null;
    const misdirected = endpoint === null ? null : misdirectionOf(found, endpoint, comments, naming);
    const service = serviceOf(found, graph, comments, misdirected?.named ?? endpoint, naming);
    return { service, endpoint, misdirected };
}
function misdirectionOf({ ruleset, table, chain }, { address, port }, comments, naming) {
    const { target } = readEndpointChain(table, chain.name, ruleset.family);
    if (target === null)
        return null;
    const named = firstOf([...comments, null], (said) => naming.otherEndpointInName(chain.name, target, said));
    return named === null ? null : { chain: chain.name, to: { address, port }, named };
}
function endpointOf({ ruleset, table, chain }, comments, naming) {
    const read = readEndpointChain(table, chain.name, ruleset.family);
    const socket = read.target ?? firstOf([...comments, null], (said) => naming.recoverEndpoint(chain.name, said));
    const address = socket?.address ?? read.hairpin;
    if (address === null)
        return null;
    const port = socket?.port ?? null;
    return { address, port, ref: naming.endpointAt(chain.name, address, port, comments[0] ?? null) };
}
function firstOf(items, find) {
    for (const item of items) {
        const found = find(item);
        if (found !== null)
            return found;
    }
    return null;
}
function serviceOf(found, graph, comments, socket, naming) {
    const via = viaOf(found, graph);
    const known = naming.byChain(found.chain.name, comments[0] ?? null, socket);
    if (known !== null) {
        const { namespace, service, port } = known.name;
        return { namespace, name: service, port, via, namedBy: 'hash' };
    }
    for (const comment of comments) {
        const name = naming.nameIn(comment);
        if (name === null || !naming.confirms(found.chain.name, name, socket))
            continue;
        return { namespace: name.namespace, name: name.service, port: name.port, via, namedBy: 'comment' };
    }
    return null;
}
/** By which kind of address packets come to the chain: from the first rule that jumps to it; null where none tells. */
function viaOf({ chain }, graph) {
    for (const { chain: caller, index } of graph.callersOf(chain.name)) {
        if (caller.name === CHAINS.nodePorts)
            return 'nodePort';
        const told = addressKindIn(commentOf(caller.rules.at(index)));
        if (told !== null)
            return told;
    }
    const kind = splitChainName(chain.name)?.prefix;
    if (kind === 'FW')
        return 'loadBalancerIP';
    return kind === 'EXT' || kind === 'XLB' ? null : 'clusterIP';
}
/** Comments that may name the chain's Service: its callers' first, in large-cluster mode CHAINS.services alone has them. */
function commentsAround({ chain }, graph) {
    const comments = new Set();
    for (const { chain: caller, index } of graph.callersOf(chain.name)) {
        const comment = commentOf(caller.rules.at(index));
        if (comment !== null)
            comments.add(comment);
    }
    for (let index = 0; index < chain.rules.length; index++) {
        const comment = commentOf(chain.rules.at(index));
        if (comment !== null)
            comments.add(comment);
    }
    return [...comments];
}
