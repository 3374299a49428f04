import { answered } from '../branch.js';
/** @returns what a rule that stands there judges this branch by. */
export function contextOf(branch, { table, chain, hook }, host) {
    return {
        state: branch.state,
        host,
        hook,
        table,
        chain,
        answered: (question) => answered(branch, question),
    };
}
