import { formatAddress } from '../../net/address.js';
import { formatPrefix } from '../../net/prefix.js';
import { socketText } from '../../net/socket.js';
import { splitChainName } from '../../proxy/chain-name.js';
import { CHAINS } from '../../proxy/chains.js';
import { parseServiceComment } from '../../proxy/comments.js';
import { purposeOf } from '../../proxy/owners.js';
import { percent } from '../../words/numbers.js';
import { readEndpointChain, translationOf } from '../services/endpoint-chain.js';
import { factsOf } from '../services/rule-facts.js';
import { labelOf } from '../services/service-name.js';
/** @returns a plain sentence about what the rule does, or null where the rule itself says all that is known. */
export function noteRule(rule, context) {
    const { target } = rule;
    if (target === null)
        return 'Counts the packet and goes on.';
    const facts = factsOf(rule);
    switch (target.kind) {
        case 'jump':
        case 'goto':
            return noteJump(target.chain, rule, facts, context);
        case 'dnat': {
            const to = translationOf(target, context.ruleset.family);
            const where = to === null ? null : `Sends the packet to ${socketText(to.address, to.port)}`;
            const remembered = rule.matches.some((match) => match.kind === 'recent' && match.action === 'set');
            if (where === null)
                return null;
            return remembered ? `${where} and remembers the client for session affinity.` : `${where}.`;
        }
        case 'masquerade':
            return 'Replaces the source address by the address of the interface that the packet leaves by.';
        case 'mark':
            return noteMark(rule.chain, target.value, target.mask);
        case 'redirect':
            return 'Sends the packet to a port of this node.';
        case 'reject':
            return `Refuses ${destinationOf(facts, context.naming)}: the client gets ${target.with}.`;
        case 'drop':
            return `Drops ${destinationOf(facts, context.naming)}, without an answer.`;
        case 'return':
            return BUILT_IN.test(rule.chain)
                ? 'Ends the walk of this chain: its policy decides.'
                : 'Goes back to the calling chain.';
        case 'accept':
            return noteHealthCheck(facts);
        default:
            return null;
    }
}
const BUILT_IN = /^(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;
function noteHealthCheck({ comment, port }) {
    const said = comment === null ? null : parseServiceComment(comment);
    if (said?.phrase !== 'health-check-node-port' || port === null)
        return null;
    const name = labelOf({ ...said, service: said.name });
    return `Lets load balancers ask port ${port} whether this node has endpoints of ${name}.`;
}
function noteJump(chain, rule, facts, context) {
    if (chain === CHAINS.markMasquerade)
        return noteMasquerade(rule, facts);
    if (chain === CHAINS.markDrop) {
        const isEmpty = (context.table.chains.get(chain)?.rules.length ?? 0) === 0;
        return isEmpty
            ? `Would mark the packet to be dropped, but ${CHAINS.markDrop} is empty here: the packet goes on.`
            : `Marks the packet; ${CHAINS.firewall} in the filter table drops what is marked so.`;
    }
    if (chain === CHAINS.nodePorts)
        return 'Looks for a node port: the destination is an address of this node.';
    const kind = splitChainName(chain)?.prefix;
    if (kind === undefined) {
        const purpose = purposeOf(chain);
        return purpose === null ? null : `On to ${chain}. ${purpose}`;
    }
    if (kind === 'SEP')
        return noteEndpoint(chain, facts, context);
    const service = context.naming.labelOf(chain, facts.comment) ?? 'this Service port';
    const from = splitChainName(rule.chain)?.prefix;
    if (from === 'EXT' || from === 'XLB')
        return noteOuter(rule, facts, kind);
    if (from === 'FW') {
        return facts.source === null
            ? `Lets every source on to ${service}.`
            : `Source range ${formatPrefix(facts.source)} may use the load balancer address.`;
    }
    if (facts.port === null)
        return null;
    if (facts.destination === null)
        return `Node port ${facts.port} of ${service}.`;
    return `${socketText(formatAddress(facts.destination), facts.port)} is ${service}.`;
}
/** Rules of EXT and XLB, which decide who is treated as a client from outside. */
function noteOuter(rule, facts, kind) {
    if (facts.source !== null) {
        return `Pods (${formatPrefix(facts.source)}) are treated as if they had asked for the cluster IP.`;
    }
    if (rule.matches.some((match) => match.kind === 'addrtype' && match.side === 'source')) {
        return 'This node itself may use every endpoint of the cluster.';
    }
    return kind === 'SVL'
        ? 'Clients from outside reach endpoints on this node only (externalTrafficPolicy Local).'
        : 'Clients from outside may reach every endpoint of the cluster.';
}
function noteMasquerade(rule, facts) {
    const kind = splitChainName(rule.chain)?.prefix;
    if (kind === 'SEP')
        return 'Masquerades an endpoint that reaches itself through the Service (hairpin).';
    for (const match of rule.matches) {
        if (match.kind === 'source' && match.negated) {
            return `Masquerades clients outside ${formatPrefix(match.prefix)}.`;
        }
        if (match.kind === 'addrtype' && match.side === 'source' && !match.negated) {
            return 'Masquerades traffic that this node itself sends.';
        }
    }
    if (facts.source !== null)
        return `Masquerades clients in ${formatPrefix(facts.source)}.`;
    return 'Masquerades every client, so that answers come back through this node.';
}
function noteEndpoint(chain, facts, { ruleset, table, naming }) {
    const read = readEndpointChain(table, chain, ruleset.family);
    const socket = read.target ?? naming.recoverEndpoint(chain, facts.comment);
    const ref = socket === null ? null : naming.endpointAt(chain, socket.address, socket.port, facts.comment);
    const pod = ref?.pod == null ? '' : ` (pod ${ref.namespace ?? '?'}/${ref.pod})`;
    const place = socket === null ? chain : `${socketText(socket.address, socket.port)}${pod}`;
    if (facts.recentCheck) {
        const within = facts.recentSeconds === null ? '' : ` within the last ${facts.recentSeconds} s`;
        return `Session affinity: a client that ${place} served${within} goes there again.`;
    }
    if (facts.probability === null)
        return `Everything that is left goes to ${place}.`;
    return `${percent(facts.probability)} of what is left goes to ${place}.`;
}
/** By chain and not by bit: kube-proxy and kubelet let the bits be configured. */
function noteMark(chain, value, mask) {
    const bits = `0x${value.toString(16)}/0x${mask.toString(16)}`;
    if (chain === CHAINS.markMasquerade)
        return `Sets mark ${bits}: ${CHAINS.postrouting} will masquerade the packet.`;
    if (chain === CHAINS.markDrop)
        return `Sets mark ${bits}: ${CHAINS.firewall} will drop the packet.`;
    if (chain === CHAINS.postrouting) {
        return 'Takes the masquerade mark off, so that a second pass through the stack does not masquerade again.';
    }
    return `Changes the mark: ${bits}.`;
}
/** Names what a rule refuses, and why, as far as its comment tells. */
function destinationOf(facts, naming) {
    const { destination, port, protocol, comment, destinationLocal } = facts;
    if (port === null || (destination === null && !destinationLocal))
        return 'the packet';
    const address = destination === null ? null : formatAddress(destination);
    const place = address === null ? `node port ${port}` : socketText(address, port);
    const said = comment === null ? null : parseServiceComment(comment);
    const known = protocol === null ? null : naming.bySocket(address, port, protocol);
    const name = known?.name ?? (said === null ? null : { ...said, service: said.name });
    const why = said === null ? '' : (REASONS[said.phrase] ?? '');
    return `${place}${name === null ? '' : ` of ${labelOf(name)}`}${why}`;
}
const REASONS = {
    'no-endpoints': ', which has no endpoints',
    'no-local-endpoints': ', which has no endpoint on this node',
    'outside-source-ranges': ' for clients outside its source ranges',
};
