import { unknown } from './answer.js';
import { answered, decided } from './branch.js';
/**
 * No dump tells which of two registered its tables later. It is one question for each two of them, whatever the hook and
 * the priority, so a branch that has answered it is not asked again.
 * @param group in the order of their sources, which holds among those of one registrant
 * @returns the branch once for each order that it may meet them in
 */
export function ordersOf(start, group, context) {
    let orders = [{ branch: start, order: [] }];
    for (const program of group)
        orders = orders.flatMap(({ branch, order }) => inserted(program, order, order.length, branch, context));
    return orders;
}
/** @returns the one order of a group, where the capture or the branch's answers tell it; null otherwise. */
export function knownOrder(branch, group, context) {
    const order = [];
    for (const program of group) {
        let place = order.length;
        for (; place > 0; place--) {
            const other = order[place - 1];
            const first = other === undefined ? true : isFirst(other.registration, program.registration, branch, context);
            if (first === null)
                return null;
            if (first)
                break;
        }
        order.splice(place, 0, program);
    }
    return order;
}
/** Puts a program in its place among others, from behind: who stands before it is asked as long as it goes forward. */
function inserted(program, order, place, branch, context) {
    const other = order[place - 1];
    if (other === undefined)
        return [{ branch, order: order.toSpliced(place, 0, program) }];
    return askFirst(other.registration, program.registration, branch, context).flatMap((way) => way.first
        ? [{ branch: way.branch, order: order.toSpliced(place, 0, program) }]
        : inserted(program, order, place - 1, way.branch, context));
}
/** @returns the branch for each answer to: is the one asked before the other? */
function askFirst(one, other, branch, context) {
    const known = isFirst(one, other, branch, context);
    if (known !== null)
        return [{ branch, first: known }];
    const { question, turned } = laterQuestion(one.by, other.by);
    context.questions.met(question, branch.probability);
    return [true, false].map((first) => {
        return { branch: decided(branch, question, first !== turned), first };
    });
}
/** @param one stands before `other` in the list of its source */
function isFirst(one, other, branch, { registrants }) {
    if (one.rank !== null && other.rank !== null)
        return one.rank > other.rank;
    if (one.by === other.by)
        return true;
    if (isLater(one.by, other.by, branch, registrants))
        return true;
    return isLater(other.by, one.by, branch, registrants) ? false : null;
}
/** Whether the branch's answers say that one came later than the other, or later than a third that did. */
function isLater(one, other, branch, registrants, passed = new Set()) {
    if (branch.given === null)
        return false;
    const beyond = new Set([...passed, one]);
    return registrants.some((third) => {
        if (beyond.has(third))
            return false;
        const { question, turned } = laterQuestion(one, third);
        const held = answered(branch, question);
        if (held === null || held === turned)
            return false;
        return third === other || isLater(third, other, branch, registrants, beyond);
    });
}
/**
 * Both ways round it is one question, so that two states of a node ask the same.
 * @returns with `turned` true where it asks whether `other` came later than `one`.
 */
function laterQuestion(one, other) {
    const turned = one < other;
    const [later, earlier] = turned ? [other, one] : [one, other];
    return { question: unknown({ code: 'backend-order', later, earlier }), turned };
}
