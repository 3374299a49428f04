import { legsOf } from './legs.js';
/** @returns the chains that a way passes, in order. @param steps by id. */
export function visitsOf(outcome, steps) {
    const visits = [];
    const nth = { request: 0, answer: 0 };
    for (const { node, direction, path } of legsOf(outcome)) {
        const leg = `${direction} ${nth[direction]++}`;
        const hooks = new Map();
        let stack = [];
        let before = null;
        for (const id of path) {
            const step = steps.get(id);
            if (step === undefined)
                continue;
            const moved = before === null || placeOf(before) !== placeOf(step);
            if (before === null || before.hook !== step.hook) {
                hooks.set(step.hook, (hooks.get(step.hook) ?? 0) + 1);
            }
            if (moved)
                stack = [];
            const at = stack.findLastIndex(({ steps: [first] }) => first?.chain === step.chain);
            const again = stack[at];
            if (again !== undefined) {
                for (const left of stack.slice(at + 1))
                    left.aside = true;
                stack = stack.slice(0, at + 1);
                again.steps.push(step);
            }
            else {
                const caller = stack.at(-1) ?? null;
                const column = `${leg} ${step.hook} ${hooks.get(step.hook)}`;
                const visit = {
                    key: JSON.stringify([node, column, step.backend, step.family, step.table, step.chain]),
                    node,
                    direction,
                    hook: step.hook,
                    column,
                    depth: stack.length,
                    steps: [step],
                    aside: false,
                    caller,
                };
                visits.push(visit);
                stack.push(visit);
            }
            before = step;
        }
    }
    return visits;
}
/** A program at a hook: in it chains call each other. */
function placeOf({ hook, backend, family, table }) {
    return JSON.stringify([hook, backend, family, table]);
}
