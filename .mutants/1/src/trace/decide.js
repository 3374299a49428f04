import { turn } from '../rules/test.js';
import { answered, decided } from './branch.js';
import { answerTest } from './fields/answer-test.js';
import { changesList, rememberedRecent } from './recent-lists.js';
/**
 * Asks every test of a rule, in the kernel's order: the first no ends it.
 *
 * A definite no anywhere decides before anything forks, so an unknown in a rule for another packet costs nothing.
 * Otherwise each unknown splits the branch, and the part for which it fails goes on to the next rule.
 */
export function decide(branch, rule, tests, where) {
    const open = [];
    const { host, hook, observer } = where;
    for (const [i, test] of tests.entries()) {
        observer?.asked(test, branch.state);
        const { state } = askedUpTo(branch, tests, i);
        const answer = settle(answerTest(test, { state, host, hook, rule }), branch);
        if (typeof answer === 'object')
            open.push(i);
        else if (turn(answer, test) === 'no') {
            const first = open[0] ?? i + 1;
            // Whether the kernel gets to a list depends on what is open before it.
            if (!tests.slice(first, i + 1).some(changesList))
                return { matched: [], missed: [rememberedRecent(branch, tests.slice(0, first))] };
            const { matched, missed } = fork(branch, rule, tests, open, where);
            const asked = tests.slice(0, i + 1);
            return { matched: [], missed: [...missed, ...matched.map((one) => rememberedRecent(one, asked))] };
        }
    }
    if (open.length === 0)
        return { matched: [branch], missed: [] };
    return fork(branch, rule, tests, open, where);
}
function fork(branch, rule, tests, open, { host, hook, questions, observer }) {
    let current = branch;
    const missed = [];
    for (const index of open) {
        const test = tests[index];
        if (test === undefined)
            continue;
        observer?.asked(test, current.state);
        const passed = (one) => rememberedRecent(one, tests.slice(0, index + 1));
        // Asked again: what an earlier question of this rule settled may settle this one too.
        const { state } = askedUpTo(current, tests, index);
        const answer = settle(answerTest(test, { state, host, hook, rule }), current);
        if (typeof answer === 'string') {
            if (turn(answer, test) === 'yes')
                continue;
            return { matched: [], missed: [...missed, passed(current)] };
        }
        if (answer.kind === 'chance') {
            const chance = test.negated ? 1 - answer.probability : answer.probability;
            if (chance < 1)
                missed.push(passed({ ...current, probability: current.probability * (1 - chance) }));
            if (chance <= 0)
                return { matched: [], missed };
            current = { ...current, probability: current.probability * chance };
            continue;
        }
        questions.met(answer, current.probability);
        const hit = decided(current, answer, !test.negated);
        const miss = decided(current, answer, test.negated);
        const refine = answer.refine;
        missed.push(passed(refine === undefined ? miss : { ...miss, state: refine(miss.state, test.negated) }));
        current = refine === undefined ? hit : { ...hit, state: refine(hit.state, !test.negated) };
    }
    return { matched: [current], missed };
}
/** Replaces a question that this branch has answered before by its answer. */
function settle(answer, branch) {
    if (typeof answer === 'string' || answer.kind === 'chance')
        return answer;
    const held = answered(branch, answer);
    return held === null ? answer : held ? 'yes' : 'no';
}
/** The branch as the test at this place of a rule finds it: an earlier one of the same rule may have entered the client in its list. */
function askedUpTo(branch, tests, index) {
    return tests[index]?.field === 'recent' ? rememberedRecent(branch, tests.slice(0, index)) : branch;
}
