import { flat } from './question.js';
/** Notes something taken for granted because the capture is silent; the same thing once. */
export function assume(context, assumption) {
    context.assumptions.set(flat(assumption), assumption);
}
