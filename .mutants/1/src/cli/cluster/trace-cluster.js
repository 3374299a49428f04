import { explainTrace } from '../../explain/explain-trace.js';
import { senderAsTyped } from '../../explain/question/as-typed.js';
import { readDestination } from '../../explain/question/destination.js';
import { parseAddress } from '../../net/address.js';
/**
 * Answers `trace` from the captures of several nodes. A packet is first traced on the node that its sender is on; from outside
 * on the one that has the address it is sent to, else on the one named first.
 * @throws QuestionError where the question names nothing that is known
 */
export async function traceCluster(question, peers) {
    const { known } = peers.first;
    const homes = await Promise.all(sendersOf(question).map(async (from) => {
        const asked = { ...question, from };
        const home = homeOf(asked, known, peers);
        return { asked, home: (home === null ? null : await peers.read(home)) ?? known };
    }));
    // One question where one node answers for all senders.
    const together = homes.every(({ home }) => home === known) ? [{ asked: question, home: known }] : homes;
    const items = await peers.answering(() => together.flatMap(({ asked, home }) => explainTrace(asked, home, peers)));
    const notes = peers.notes();
    const [first] = homes;
    const home = first !== undefined && homes.every((each) => each.home === first.home) ? first.home : known;
    if (notes.length === 0)
        return { items, home };
    return { items: items.map((item) => ({ ...item, assumptions: [...item.assumptions, ...notes] })), home };
}
function sendersOf({ from }) {
    return from === null ? ['pod', 'node', 'external'] : [from];
}
/** @returns the node that the packet meets first; null where nothing tells. */
function homeOf(asked, known, peers) {
    const { from } = senderAsTyped(asked, known);
    if (from === null || from === 'pod' || from === 'node')
        return null;
    const { book, cluster } = known;
    if (from.startsWith('pod:')) {
        const [namespace, name] = namesOf(from.slice('pod:'.length), asked.namespace);
        return cluster.pods?.find((pod) => pod.namespace === namespace && pod.name === name)?.node ?? null;
    }
    const sender = parseAddress(from.replace(/^\[(.*)\]$/, '$1'));
    if (sender !== null) {
        const own = book.podAt(sender)?.node ?? book.nodeAt(sender)?.name ?? peers.ownerOf(sender);
        if (own !== null)
            return own;
    }
    const { address, isLocal } = readDestination(asked, known);
    return isLocal ? null : (book.nodeAt(address)?.name ?? peers.ownerOf(address));
}
function namesOf(text, namespace) {
    const slash = text.indexOf('/');
    return slash < 0 ? [namespace, text] : [text.slice(0, slash), text.slice(slash + 1)];
}
