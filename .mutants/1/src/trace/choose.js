import { unknown } from './answer.js';
import { answered, decided } from './branch.js';
/**
 * Splits a branch among several ways. Each is a question of its own, so that one that comes up after chance has split
 * the packet's ways can be asked again before the dice.
 */
export function choose(branch, choices, questions) {
    const taken = [];
    let rest = branch;
    for (const [index, choice] of choices.entries()) {
        const { value } = choice;
        const question = unknown(choice.question);
        const held = answered(rest, question);
        if (held === false)
            continue;
        if (held === true || index === choices.length - 1)
            return [...taken, { branch: rest, value }];
        questions.met(question, rest.probability);
        taken.push({ branch: decided(rest, question, true), value });
        rest = decided(rest, question, false);
    }
    return taken;
}
