import { InputError } from '../capture/input-error.js';
import { unreadable } from '../capture/source.js';
import { checkCapture, findingCodes, withHead } from '../check/check-capture.js';
import { parseExpectations } from '../check/expectations/parse-expectations.js';
import { profileOf } from '../check/nodes/node-profile.js';
import { isNamed } from '../diff/is-named.js';
import { nearest } from '../explain/words/nearest.js';
import { CheckContext } from '../findings/context.js';
import { readSmallFile } from '../kubernetes/api/small-file.js';
import { inputOf } from './input-of.js';
import { UsageError } from './usage-error.js';
/**
 * Checks one capture.
 * @param expect a file of expectations; null: that of the capture
 * @param isCompared whether other nodes are there to be compared with
 * Throws InputError where the expectations cannot be read or hold mistakes.
 */
export async function checkOne(capture, expect, question, isCompared) {
    const expectations = readExpectations(capture, expect);
    const input = await inputOf(capture);
    if (question.about != null)
        refuseUnknown(question.about, input.known);
    const context = new CheckContext(input);
    const answer = checkCapture({ context, expectations }, question);
    const profile = isCompared ? profileOf(context, capture.info.takenAt) : null;
    return { report: withHead(answer, capture.info, capture.problems.list()), profile };
}
/** Nothing is found about what is not there: a name that was misspelt must not pass for healthy. */
function refuseUnknown({ namespace, name }, known) {
    const { services } = known.cluster;
    if (name !== null) {
        if (isNamed(known, { namespace, name }))
            return;
        const names = (services ?? []).map((one) => `${one.namespace}/${one.name}`);
        throw unknownName(`--svc ${namespace}/${name}: no Service of this name`, `${namespace}/${name}`, names);
    }
    const namespaces = [...new Set((services ?? []).map((one) => one.namespace))];
    if (services === null || namespaces.includes(namespace))
        return;
    throw unknownName(`-n ${namespace}: no Service of this namespace`, namespace, namespaces);
}
/** Services of other namespaces that have the name, or one like it. */
function namesakes(typed, names) {
    const bare = (text) => text.slice(text.indexOf('/') + 1);
    return names.filter((one) => nearest(bare(typed), [bare(one)]).length > 0);
}
function unknownName(message, typed, names) {
    const [near] = [...nearest(typed, names), ...namesakes(typed, names)];
    const hint = near === undefined ? '' : ` (Did you mean ${near}?)`;
    return new UsageError('question', `${message}, in API objects or in comments of rules${hint}`);
}
/**
 * Reads the expectations of a capture, or of a file of their own. A mistake in the file is an error: a statement that is not
 * understood must not pass for one that holds. Throws InputError.
 */
export function readExpectations(capture, expect) {
    const text = expect === null ? capture.expectations() : readText(expect);
    if (text === null)
        return null;
    const file = expect ?? `${capture.info.origin.replace(/\/+$/, '')}/expect.yaml`;
    const { expectations, mistakes } = parseExpectations(text, file, findingCodes());
    if (mistakes.length === 0)
        return expectations;
    const lines = mistakes.slice(0, 20).map(({ line, message }) => `${file}:${line}: ${message}`);
    const more = mistakes.length > 20 ? `\n  … and ${mistakes.length - 20} more` : '';
    throw new InputError('expectations', `${lines.join('\n  ')}${more}`, file);
}
function readText(path) {
    try {
        return readSmallFile(path, true).toString('utf8');
    }
    catch (error) {
        throw unreadable(path, error);
    }
}
