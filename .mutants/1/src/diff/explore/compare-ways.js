import { formatAddress } from '../../net/address.js';
/** @returns what a side does with a packet, by the answers it rests on. */
export function groupWays({ endings }, nameQuestion) {
    const groups = new Map();
    const hashes = new WeakMap();
    for (const ending of endings) {
        const answers = answersOf(ending.branch.given, hashes, nameQuestion);
        let group = groups.get(answers.hash);
        if (group === undefined) {
            group = { answers, shares: new Map(), ends: new Map() };
            groups.set(answers.hash, group);
        }
        const result = resultOf(ending);
        group.shares.set(result, (group.shares.get(result) ?? 0) + ending.branch.probability);
        if (!group.ends.has(result))
            group.ends.set(result, ending);
    }
    return [...groups.values()];
}
/**
 * Where no answer to an open question makes a difference, there is none: each pair of groups whose answers do not
 * contradict each other must share out the packet alike.
 * @returns the first pair that does not, or null.
 */
export function findDifference(before, after) {
    const same = new Map(after.map((group) => [group.answers.hash, group]));
    const alike = before.every((group) => {
        const other = same.get(group.answers.hash);
        return other !== undefined && sameShares(group.shares, other.shares);
    });
    if (alike && before.length === after.length)
        return null;
    for (const one of before) {
        for (const other of after) {
            if (!sameShares(one.shares, other.shares) && agree(one.answers, other.answers))
                return { before: one, after: other };
        }
    }
    return null;
}
/**
 * kube-proxy writes probabilities with ten digits and the kernel keeps 31 bits of them, so shares of the same endpoints
 * differ in their last digits when their order does.
 */
export function sameShare(a, b) {
    return Math.abs(a - b) <= 1e-9 + 1e-5 * Math.max(a, b);
}
/** @returns true where both groups do the same with the packet, were the addresses that are put aside one and the same. */
export function sameOutcomes(before, after, isAside) {
    const text = (address) => (isAside(address) ? 'aside' : formatAddress(address));
    const [own, other] = [before, after].map(({ shares, ends }) => {
        const merged = new Map();
        for (const [result, ending] of ends) {
            const name = resultOf(ending, text);
            merged.set(name, (merged.get(name) ?? 0) + (shares.get(result) ?? 0));
        }
        return merged;
    });
    return own !== undefined && other !== undefined && sameShares(own, other);
}
function sameShares(a, b) {
    if (a.size !== b.size)
        return false;
    for (const [result, share] of a) {
        const other = b.get(result);
        if (other === undefined || !sameShare(share, other))
            return false;
    }
    return true;
}
function agree(a, b) {
    const [few, many] = [a.list(), b.list()].sort((x, y) => x.size - y.size);
    for (const [key, held] of few ?? []) {
        const other = many?.get(key);
        if (other !== undefined && other !== held)
            return false;
    }
    return true;
}
/** What a sender or receiver can notice. Which rule dropped a packet is not in it. */
function resultOf({ verdict, reason, rejectWith, exit, branch: { state } }, textOf = formatAddress) {
    if (verdict === 'drop')
        return verdict;
    if (verdict === 'reject')
        return `${verdict} ${rejectWith}`;
    if (verdict === 'unknown')
        return `${verdict} ${reason?.code}`;
    const { source, sourcePort, sourceRewrite, destination, destinationPort } = state;
    const sender = source.address === null ? '?' : textOf(source.address);
    const out = exit === null
        ? '?'
        : exit.kind === 'local'
            ? 'local'
            : `${exit.name} ${exit.nextHop === null ? '' : textOf(exit.nextHop)}`;
    return [
        verdict,
        `${textOf(destination)} ${destinationPort}`,
        `${sender} ${sourcePort} ${sourceRewrite}`,
        out,
        `${state.tos.bits}/${state.tos.known} ${state.ttl}`,
    ].join(' | ');
}
const NONE = { high: 0, low: 0 };
function answersOf(newest, hashes, nameQuestion) {
    const given = hashOf(newest, hashes, nameQuestion);
    return {
        hash: `${given.high} ${given.low}`,
        list: () => {
            const list = new Map();
            for (let node = newest; node !== null; node = node.before)
                list.set(nameQuestion(node), node.held);
            return list;
        },
    };
}
/** Sums of hashes do not depend on the order of the answers, and ways share the sums of their common past. */
function hashOf(newest, hashes, nameQuestion) {
    const fresh = [];
    let sum = NONE;
    for (let node = newest; node !== null; node = node.before) {
        const known = hashes.get(node);
        if (known !== undefined) {
            sum = known;
            break;
        }
        fresh.push(node);
    }
    for (const node of fresh.reverse()) {
        const text = `${nameQuestion(node)} ${node.held}`;
        sum = { high: (sum.high + fnv(text, 0x811c9dc5)) >>> 0, low: (sum.low + fnv(text, 0x9747b28c)) >>> 0 };
        hashes.set(node, sum);
    }
    return sum;
}
function fnv(text, seed) {
    let hash = seed;
    for (let at = 0; at < text.length; at++)
        hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return (hash ^ (hash >>> 15)) >>> 0;
}
