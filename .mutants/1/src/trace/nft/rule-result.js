import { changed, decided } from '../branch.js';
/** @returns the branch with this share of its probability. */
export function withShare(branch, share) {
    return { ...branch, probability: branch.probability * share };
}
/** @returns the branch that rests on this answer, with what it tells of the packet. */
export function answeredBy(branch, question, held) {
    const next = decided(branch, question, held);
    return question.refine === undefined ? next : { ...next, state: question.refine(next.state, held) };
}
/** @returns the branch behind notrack: a packet that has its connection keeps it (nft_notrack_eval). */
export function untracked(branch) {
    const { connection, zones } = branch.state;
    return connection === null && zones === null ? changed(branch, { untracked: 'UNTRACKED' }) : branch;
}
