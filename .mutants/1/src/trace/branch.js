import { continuesRun } from './given.js';
/** @returns the branch after it passed a step. */
export function passed(branch, step) {
    const path = {
        step,
        state: branch.state,
        before: branch.path,
        length: (branch.path?.length ?? 0) + 1,
    };
    return { ...branch, path };
}
/** @returns the branch with the packet changed. */
export function changed(branch, change) {
    return { ...branch, state: { ...branch.state, ...change } };
}
/** @returns the branch with a turn noted. */
export function turned(branch, kind, fact) {
    return {
        ...branch,
        turns: { turn: { after: branch.path?.length ?? 0, kind, fact }, before: branch.turns },
    };
}
/** @returns the branch in which the question was answered this way. */
export function decided(branch, { key, question }, held) {
    const { given: before } = branch;
    const run = before !== null && continuesRun(before, held, question)
        ? { ...before.run, length: before.run.length + 1 }
        : { first: question, length: 1, before, count: (before?.run.count ?? 0) + 1 };
    return { ...branch, given: { key, held, question, before, run } };
}
/** @returns how many entries it takes to tell this branch: steps and conditions. */
export function entriesOf(branch) {
    return (branch.path?.length ?? 0) + (branch.given?.run.count ?? 0);
}
/** @returns the answer this branch already gave to a question, or null. */
export function answered(branch, { key, question }) {
    for (let node = branch.given; node !== null;) {
        // 5,000 lists that do not have the client are one run, and of one kind.
        const isOther = node.run.length > 1 && node.question.code !== question.code;
        if (node.key === key)
            return node.held;
        node = isOther ? node.run.before : node.before;
    }
    return null;
}
/** @returns the entries of a linked list, oldest first. */
export function listed(newest) {
    const nodes = [];
    for (let node = newest; node !== null; node = node.before)
        nodes.push(node);
    return nodes.reverse();
}
