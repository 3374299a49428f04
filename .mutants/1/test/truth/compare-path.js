import { formatAddress } from '../../src/net/address.js';
/**
 * Compares one kernel trace with the tracer's ways, step by step: table, chain, rule, and the packet's headers,
 * interfaces and mark at each.
 *
 * Left out on both sides: the raw table, where the measurement put its own TRACE rule; for iptables-nft the end of
 * chains, which xtables-monitor does not print and the netlink events print also for built-in chains before their policy.
 * Of native nft chains the handle is compared beside the position; marks are left out, as the kernel's trace omits a mark of 0.
 * @returns null where one way is the kernel's, else the nearest difference
 */
export function comparePath(truth, trace, backend) {
    const legacy = backend !== 'iptables-nft';
    const way = request(truth.path);
    const kernel = way.filter((step, at) => step.table !== 'raw' &&
        (legacy || step.kind === 'rule' || step.kind === 'policy') &&
        !(backend === 'nft' && isBaseEnd(step, way[at + 1])));
    let nearest = { steps: -1, text: 'no way was traced' };
    for (const outcome of trace.outcomes) {
        const own = outcome.path.filter(({ step }) => step.program !== 'ipvs' && step.table !== 'raw' && (legacy || step.event !== 'chain-end'));
        const difference = compareSteps(kernel, own, backend === 'nft');
        if (difference === null)
            return null;
        if (difference.steps > nearest.steps)
            nearest = difference;
    }
    return nearest.text;
}
/** The nft trace tells the end of a base chain before its policy, which says it too. */
function isBaseEnd(step, next) {
    return step.kind === 'end' && next?.kind === 'policy' && next.chain === step.chain;
}
/** Of SCTP the listener took the answer for more of the first packet: it comes from where the packet went. */
function request(path) {
    const client = path[0]?.packet.src;
    const answer = path.findIndex(({ packet }, index) => packet.src === path[index - 1]?.packet.dst && packet.dst === client && packet.src !== packet.dst);
    return answer < 0 ? path : path.slice(0, answer);
}
function compareSteps(kernel, own, native) {
    const length = Math.max(kernel.length, own.length);
    for (let i = 0; i < length; i++) {
        const theirs = kernel[i] === undefined ? 'end' : kernelText(kernel[i], native);
        const ours = own[i] === undefined ? 'end' : ownText(own[i]);
        if (theirs !== ours)
            return { steps: i, text: `step ${i}: kernel ${theirs}, traced ${ours}` };
        const packet = kernel[i] !== undefined && own[i] !== undefined
            ? comparePacket(kernel[i], own[i])
            : null;
        if (packet !== null)
            return { steps: i, text: `step ${i} (${theirs}): ${packet}` };
    }
    return null;
}
/** iptables-save tells no handles. */
function kernelText(step, native) {
    const handle = native ? ` handle ${step.handle}` : '';
    if (step.kind === 'rule' && isShuffled(step.chain))
        return `${step.table} ${step.spec}`;
    if (step.kind === 'rule')
        return `${step.table} ${step.chain} ${step.rule}${handle}`;
    return `${step.table} ${step.chain} ${step.kind === 'policy' ? 'policy' : 'chain-end'}`;
}
function ownText({ step }) {
    if (step.program === 'nft' && step.rule !== null)
        return `${step.table} ${step.chain} ${step.rule.number} handle ${step.rule.handle}`;
    if (step.rule !== null && isShuffled(step.chain))
        return `${step.table} ${step.rule.text.replace(/^\[\d+:\d+\] /, '')}`;
    return `${step.table} ${step.chain} ${step.rule === null ? step.event : step.rule.number}`;
}
/** kube-proxy writes these rules in another order at each sync, also between the measurement and the capture: they are told by their text. */
function isShuffled(chain) {
    return chain === 'KUBE-IPVS-OUT-FILTER';
}
function comparePacket(step, { state: packet }) {
    const theirs = {
        in: step.packet.inIf ?? null,
        out: step.packet.outIf ?? null,
        src: step.packet.src,
        dst: step.packet.dst,
        // Which port MASQUERADE takes at random no capture tells.
        sport: packet.sourcePort === null ? null : (step.packet.sport ?? packet.sourcePort),
        dport: step.packet.dport ?? packet.destinationPort,
    };
    const ours = {
        in: packet.inInterface,
        out: packet.outInterface,
        src: packet.source.address === null ? null : formatAddress(packet.source.address),
        dst: formatAddress(packet.destination),
        sport: packet.sourcePort,
        dport: packet.destinationPort,
    };
    const a = JSON.stringify(theirs);
    const b = JSON.stringify(ours);
    return a === b ? null : `kernel ${a}, traced ${b}`;
}
