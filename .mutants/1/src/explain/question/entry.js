import { QuestionError } from './question.js';
/**
 * Where the packet meets the node: at OUTPUT, or at PREROUTING through an interface. An address of the node itself that
 * is said to come in through another interface than lo is taken at its word: the kernel then judges the source.
 * @throws QuestionError where `--in-interface` names no interface of the node, or the sender is a process of the node.
 */
export function readEntry(vantage, question, known) {
    const { inInterface } = question;
    if (inInterface === null) {
        const { entersAt } = vantage;
        return { entersAt, inInterface: entersAt === 'OUTPUT' ? null : vantage.inInterface };
    }
    const names = known.host.links?.map(({ name }) => name);
    if (names !== undefined && !names.includes(inInterface)) {
        const some = names.length > 12 ? [...names.slice(0, 12), `… (${names.length} in all)`] : names;
        throw new QuestionError(`--in-interface ${inInterface}: the node has no interface of this name; it has ${some.join(', ')}`);
    }
    if (vantage.entersAt === 'PREROUTING')
        return entered(inInterface, known);
    // Packets of the node come to PREROUTING through lo by themselves.
    if (inInterface === 'lo')
        return { entersAt: 'OUTPUT', inInterface: null };
    if (vantage.kind !== 'given') {
        // Without --from the node is asked along with the others, and --in-interface is meant for them.
        if (question.from === null)
            return { entersAt: 'OUTPUT', inInterface: null };
        throw new QuestionError(`--in-interface ${inInterface}: a packet that the node itself sends comes in through no interface`);
    }
    return entered(inInterface, known);
}
/** What comes in by a port, rules see come in by its bridge or bond (br_handle_frame, bond_handle_frame). */
function entered(inInterface, { host }) {
    const master = host.links?.find(({ name }) => name === inInterface)?.master ?? null;
    const over = master === null ? undefined : host.links?.find(({ name }) => name === master);
    if (master === null || !MASTERS.has(over?.kind ?? 'bridge'))
        return { entersAt: 'PREROUTING', inInterface };
    return { entersAt: 'PREROUTING', inInterface: master, inPort: inInterface };
}
/** A VRF is a master too, and its ports show first. */
const MASTERS = new Set(['bridge', 'bond', 'team']);
