import { formatAddress, sameAddress } from '../../../net/address.js';
import { CHAINS, hasRole } from '../../../proxy/chains.js';
import { hex } from '../../../trace/describe-target.js';
import { iptablesRule } from '../../../trace/outcome.js';
import { remark } from './context.js';
import { isTranslated, placeOf, stepsAt, translatedBy } from './path-facts.js';
/** What follows where a rewritten packet keeps its source although its answer must come back here. */
export function notMasqueraded(outcome, context) {
    const { verdict, source, exit } = outcome;
    if (verdict !== 'accept' || source.rewrite !== 'none' || exit?.kind !== 'interface')
        return [];
    return [...hairpin(outcome), ...lostMark(outcome), ...straightAnswer(outcome, context)];
}
/** A pod that gets its own packet back with its own address as source drops it as a martian (ip_route_input_slow). */
function hairpin(outcome) {
    const { destination, source } = outcome;
    const { address } = source.sender;
    if (address === null || !sameAddress(address, destination.address))
        return [];
    const text = formatAddress(address);
    const chain = translatedBy(outcome)?.chain;
    const unmarked = hasRole(chain, 'endpoint') && markedBy(outcome) === null
        ? `; nat ${chain} lacks the rule that marks the packets of its own endpoint (-s ${text} -j ${CHAINS.markMasquerade})`
        : '';
    return remark('hairpin-not-masqueraded', 'breaks', `${text} gets its own packet back, not masqueraded: its kernel drops a packet from itself${unmarked}`);
}
/** Another program's rule between PREROUTING and POSTROUTING wiped the bit, or nobody asked for it there. */
function lostMark(outcome) {
    const marked = markedBy(outcome);
    // What conntrack does not know nat does not rewrite: IPVS with vs.conntrack 0 has a remark of its own.
    if (marked === null || outcome.path.at(-1)?.state.untracked === 'UNTRACKED')
        return [];
    const { path } = outcome;
    const from = path.findLastIndex(({ step }) => step === marked.step);
    const without = path.findIndex(({ state }, index) => index > from && state.mark !== null && (state.mark & marked.bits) === 0);
    const culprit = without < 0 ? null : path[without - 1]?.step;
    const bits = hex(marked.bits);
    const why = culprit != null
        ? `${placeOf(culprit)} takes mark ${bits} away before POSTROUTING`
        : whyUnasked(stepsAt(outcome, 'nat', 'POSTROUTING'), bits);
    const text = `the packet keeps its source, though ${placeOf(marked.step)} marked it to be masqueraded: ${why}`;
    return remark('masquerade-mark-lost', 'may-break', text);
}
function whyUnasked(steps, bits) {
    const end = steps.findLast(({ action, rule }) => action === 'accept' && rule !== null);
    if (end !== undefined)
        return `${placeOf(end)} accepts it first`;
    if (!steps.some(({ target }) => target === CHAINS.postrouting))
        return `nat POSTROUTING does not lead to ${CHAINS.postrouting}`;
    return `no rule of nat POSTROUTING masquerades what carries mark ${bits}`;
}
function markedBy({ path }) {
    for (const { step } of path) {
        const target = iptablesRule(step)?.target;
        if (step.chain === CHAINS.markMasquerade && target?.kind === 'mark' && target.value !== 0)
            return { step, bits: target.value };
    }
    return null;
}
/** An endpoint on another machine answers the client it sees; only through this node is the rewrite taken back. */
function straightAnswer(outcome, context) {
    const { trace, client, namer } = context;
    if (!isTranslated(outcome, trace) || client.onThisNode !== false)
        return [];
    const { destination } = outcome;
    const address = formatAddress(destination.address);
    const who = namer.endpointAt(address, destination.port);
    if (who?.thisNode !== false || who.node === null)
        return [];
    const asked = formatAddress(trace.packet.destination);
    const text = `${address} is on ${who.node} and sees the client's own address: its answer does not come back through this node unless ${who.node} routes it so, and a client that asked ${asked} refuses an answer from ${address}`;
    return remark('answer-not-through-node', 'may-break', text);
}
