import { objectOf } from '../../json/fields.js';
import { stringAt } from './values.js';
const WORDS = new Set(['accept', 'drop', 'continue', 'return', 'jump', 'goto']);
/** @returns `{"drop": null}`, `{"jump": {"target": "sub"}}` as a verdict; null where it is none. */
export function readVerdict(value) {
    const object = objectOf(value);
    const [word] = Object.keys(object ?? {});
    if (object === null || word === undefined || !isVerdictWord(word))
        return null;
    const target = objectOf(object[word]);
    return { kind: 'verdict', verdict: word, chain: target === null ? null : stringAt(target, 'target') };
}
/** @returns true for the words of verdicts. */
export function isVerdictWord(word) {
    return WORDS.has(word);
}
