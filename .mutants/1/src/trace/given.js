/** Lists what a branch rests on, oldest first; runs of answers of one kind as one. */
export function listGiven(newest) {
    const given = [];
    for (let node = newest; node !== null;) {
        const { first, length, before } = node.run;
        if (length > 1 && (first.code === 'recent' || first.code === 'ipvs-template' || length > 3)) {
            given.push({ question: first, held: node.held, joined: { more: length - 1, last: node.question } });
            node = before;
        }
        else {
            given.push({ question: node.question, held: node.held, joined: null });
            node = node.before;
        }
    }
    return given.reverse();
}
/** @returns true for an answer that continues a run: one more list or prefix that does not have the client. */
export function continuesRun(before, held, { code }) {
    if (before === null || before.held || held || before.question.code !== code)
        return false;
    return code === 'recent' || code === 'source-address' || code === 'ipvs-template';
}
