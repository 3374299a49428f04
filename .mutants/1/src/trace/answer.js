import { keyOf } from './question.js';
/** @returns yes or no. */
export function yesNo(value) {
    return value ? 'yes' : 'no';
}
/** @returns the answer that leaves a question open. */
export function unknown(question, refine) {
    const base = { kind: 'unknown', question, key: keyOf(question) };
    return refine === undefined ? base : { ...base, refine };
}
