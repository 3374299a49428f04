import { hintsOfName } from '../capture/contract-files.js';
import { InputError } from '../capture/input-error.js';
import { recognise } from '../capture/recognise.js';
import { HEAD_BYTES } from '../capture/source.js';
/**
 * The one place that files pass before they are written: whatever must not leave the node is taken out here.
 * @param redaction what is not understood is left out and becomes a problem.
 * Throws InputError where addresses cannot be renamed, unless that was asked for.
 */
export async function prepareFiles(files, redaction, problems) {
    if (redaction === 'none')
        return files;
    const { redact } = await import('../redact/redact.js');
    const inputs = files.map(({ path, bytes, origin }) => ({
        path,
        name: origin,
        bytes,
        kind: kindOf(path, bytes),
    }));
    const result = await redact(inputs, problems);
    if (result.pinned.length > 0)
        refusePinned(result.pinned, redaction, problems);
    // Where a file came from names the node.
    return result.files.map(({ path, bytes }) => ({ path, bytes, origin: 'redacted' }));
}
const SHOWN = 5;
function refusePinned(pinned, redaction, problems) {
    const some = pinned.slice(0, SHOWN).join(', ');
    const more = pinned.length > SHOWN ? ' and others' : '';
    const message = `${pinned.length} addresses keep their first half under any new name, because of wide ranges that end beside them: ${some}${more}`;
    if (redaction === 'forced')
        problems.add('address-kept', message);
    else
        throw new InputError('not-redacted', `${message}; nothing was written (--force writes it all the same)`);
}
function kindOf(path, bytes) {
    const { kind } = recognise(bytes.subarray(0, HEAD_BYTES));
    // Nothing but its name tells of an empty file, and a name that the contract does not know is somebody's own.
    return kind === 'empty' ? (hintsOfName(path)?.kind ?? 'unknown') : kind;
}
