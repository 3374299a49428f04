import { formatAddress, sameAddress } from '../../../src/net/address.js';
/**
 * Compares every outcome with what the kernel did, step by step. One of them must be its way.
 * @param untold steps, by name, that the kernel tells of only now and then, or not at all
 */
export function judge(trace, seen, untold = () => false) {
    const told = { ...seen, steps: seen.steps.filter(({ name }) => !untold(name)) };
    let nearest = null;
    for (const outcome of trace.outcomes) {
        const path = outcome.path.filter((entry) => !untold(stepName(entry)));
        const { common, differences } = compare({ ...outcome, path }, told);
        if (differences.length === 0)
            return { outcome, differences };
        if (nearest === null || common > nearest.common)
            nearest = { common, differences };
    }
    return { outcome: null, differences: nearest?.differences ?? ['no outcome at all'] };
}
function compare(outcome, seen) {
    const traced = outcome.path.map(stepName);
    const kernel = seen.steps.map(({ name }) => name);
    let common = 0;
    while (common < traced.length && common < kernel.length && traced[common] === kernel[common])
        common++;
    if (common < traced.length || common < kernel.length) {
        const rest = (names) => names.slice(common, common + 6).join(', ') || '(nothing)';
        const after = common === 0 ? 'at first' : `after ${kernel[common - 1]}`;
        const next = outcome.path[common]?.step.rule?.text;
        return {
            common,
            differences: [
                `${after}: the kernel passes ${rest(kernel)}; traced ${rest(traced)}`,
                ...(next === undefined ? [] : [`the rule traced next: ${next}`]),
                `traced ${endOf(outcome)}; the kernel ${seenEnd(seen)}`,
            ],
        };
    }
    const differences = [...fieldsThatDiffer(outcome, seen.steps), ...endThatDiffers(outcome, seen)];
    return { common: common + (differences.length === 0 ? 1 : 0), differences };
}
/** @returns the step as {@link SeenStep} names it. */
export function stepName({ step }) {
    return `${step.program === 'iptables' ? step.backend : step.program} ${step.table} ${step.chain} ${step.rule?.number ?? 'end'}`;
}
/** The packet at every step: x_tables tells it as the rule found it, nf_tables its mark after the rule. */
function fieldsThatDiffer(outcome, steps) {
    const differences = [];
    for (const [i, { name, mark, packet }] of steps.entries()) {
        const legacy = name.startsWith('iptables-legacy');
        const state = outcome.path[i]?.state;
        const marked = legacy ? state : outcome.path[i + 1]?.state;
        if (marked !== undefined && marked.mark !== null && marked.mark !== mark)
            differences.push(`${name}: mark 0x${mark.toString(16)}, traced 0x${marked.mark.toString(16)}`);
        if (!legacy || state === undefined || packet === null)
            continue;
        const ends = endsThatDiffer(packet, state.destination, state.destinationPort, state.source.address, state.sourcePort);
        differences.push(...ends.map((text) => `${name}: ${text}`));
        if (state.ttl !== null && state.ttl !== packet.ttl)
            differences.push(`${name}: TTL ${packet.ttl}, traced ${state.ttl}`);
        if (((state.tos.bits ^ packet.tos) & state.tos.known) !== 0)
            differences.push(`${name}: TOS ${packet.tos}, traced ${state.tos.bits}`);
    }
    return differences;
}
function endThatDiffers(outcome, seen) {
    const difference = [`traced ${endOf(outcome)}; the kernel ${seenEnd(seen)}`];
    const { destination, source, exit } = outcome;
    if (outcome.verdict === 'unknown')
        return difference;
    if (outcome.verdict !== 'accept') {
        if (seen.out !== null || seen.delivered !== null)
            return difference;
        const answers = outcome.rejectWith === null ? undefined : ANSWERS[outcome.rejectWith];
        return answers !== undefined && seen.answer !== null && answers !== seen.answer ? difference : [];
    }
    if (exit?.kind === 'interface') {
        if (seen.out === null || seen.out.device !== exit.name)
            return difference;
        const { packet } = seen.out;
        const ends = endsThatDiffer(packet, destination.address, destination.port, source.sender.address, source.port);
        return ends.map((text) => `leaving: ${text}`);
    }
    // Where routing rests on what is not known, so does the interface.
    if (exit === null)
        return seen.out === null && seen.delivered === null ? difference : [];
    if (seen.delivered === null)
        return difference;
    const { packet, destination: told } = seen.delivered;
    const to = told ?? destination.address;
    const ends = endsThatDiffer({ ...packet, destination: to }, destination.address, destination.port, source.sender.address, source.port);
    return ends.map((text) => `delivered: ${text}`);
}
/** A port or address that the trace leaves open may be any. */
function endsThatDiffer(packet, destination, destinationPort, source, sourcePort) {
    const differences = [];
    const differ = (what, kernel, traced) => {
        differences.push(`${what} ${kernel}, traced ${traced}`);
    };
    if (!sameAddress(packet.destination, destination))
        differ('destination', formatAddress(packet.destination), formatAddress(destination));
    if (packet.destinationPort !== null &&
        destinationPort !== null &&
        packet.destinationPort !== destinationPort)
        differ('destination port', `${packet.destinationPort}`, `${destinationPort}`);
    if (source !== null && !sameAddress(packet.source, source))
        differ('source', formatAddress(packet.source), formatAddress(source));
    if (packet.sourcePort !== null && sourcePort !== null && packet.sourcePort !== sourcePort)
        differ('source port', `${packet.sourcePort}`, `${sourcePort}`);
    return differences;
}
/** What the sender gets for each `--reject-with` and each refusing route. */
const ANSWERS = {
    'icmp-net-unreachable': 'icmp 3/0',
    'icmp-host-unreachable': 'icmp 3/1',
    'icmp-proto-unreachable': 'icmp 3/2',
    'icmp-port-unreachable': 'icmp 3/3',
    'icmp-net-prohibited': 'icmp 3/9',
    'icmp-host-prohibited': 'icmp 3/10',
    'icmp-admin-prohibited': 'icmp 3/13',
    'icmp-ttl-exceeded': 'icmp 11/0',
    'icmp6-no-route': 'icmp6 1/0',
    'icmp6-adm-prohibited': 'icmp6 1/1',
    'icmp6-beyond-scope': 'icmp6 1/2',
    'icmp6-addr-unreachable': 'icmp6 1/3',
    'icmp6-port-unreachable': 'icmp6 1/4',
    'icmp6-policy-fail': 'icmp6 1/5',
    'icmp6-reject-route': 'icmp6 1/6',
    'icmp6-time-exceeded': 'icmp6 3/0',
    'tcp-reset': 'tcp-reset',
};
function endOf({ verdict, exit, destination, source, rejectWith, reason }) {
    const from = source.sender.address === null ? '?' : formatAddress(source.sender.address);
    const way = `${from} port ${source.port} to ${formatAddress(destination.address)} port ${destination.port}`;
    const where = exit === null ? '' : exit.kind === 'local' ? ', delivered' : `, out through ${exit.name}`;
    return `${verdict}${where} (${[way, rejectWith, reason?.code].filter(Boolean).join('; ')})`;
}
function seenEnd({ out, delivered, answer, errno }) {
    const packet = out?.packet ?? delivered?.packet;
    const way = packet === undefined
        ? ''
        : ` (${formatAddress(packet.source)} port ${packet.sourcePort} to ${formatAddress(packet.destination)} port ${packet.destinationPort})`;
    const where = out !== null ? `sends it out through ${out.device}` : delivered !== null ? 'delivers it' : 'drops it';
    const told = [answer, errno === null ? null : `errno ${errno}`].filter((text) => text !== null);
    return where + way + (told.length === 0 ? '' : `, answering ${told.join(', ')}`);
}
