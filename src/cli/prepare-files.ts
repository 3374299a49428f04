import type { CapturedFile } from '../capture/captured-file.ts';
import { hintsOfName } from '../capture/contract-files.ts';
import { InputError } from '../capture/input-error.ts';
import { recognise } from '../capture/recognise.ts';
import { HEAD_BYTES } from '../capture/source.ts';
import type { SourceKind } from '../capture/source-kind.ts';
import type { ProblemList } from '../problems/problem.ts';
import { wordsOf } from '../problems/told-problem.ts';

/** `redacted`: everything that tells whose the capture is gets a new name; `forced`: also where some of it shows through. */
export type Redaction = 'none' | 'redacted' | 'forced';

/**
 * The one place that files pass before they are written: whatever must not leave the node is taken out here.
 * @param redaction what is not understood is left out and becomes a problem.
 * Throws InputError where addresses cannot be renamed, unless that was asked for.
 */
export async function prepareFiles(
  files: readonly CapturedFile[],
  redaction: Redaction,
  problems: ProblemList,
): Promise<readonly CapturedFile[]> {
  if (redaction === 'none') return files;
  const { redact } = await import('../redact/redact.ts');
  const inputs = files.map(({ path, bytes, origin }) => ({
    path,
    name: origin,
    bytes,
    kind: kindOf(path, bytes),
  }));
  const result = await redact(inputs, problems);
  if (result.pinned.length > 0) refusePinned(result.pinned, redaction, problems);
  // Where a file came from names the node.
  return result.files.map(({ path, bytes }) => ({ path, bytes, origin: 'redacted' }));
}

function refusePinned(pinned: readonly string[], redaction: Redaction, problems: ProblemList): void {
  const args = { what: 'first-half', addresses: pinned } as const;
  if (redaction === 'forced') {
    problems.add('address-kept', args);
    return;
  }
  const message = wordsOf('address-kept', args);
  throw new InputError('not-redacted', `${message}; nothing was written (--force writes it all the same)`);
}

function kindOf(path: string, bytes: Buffer): SourceKind {
  const { kind } = recognise(bytes.subarray(0, HEAD_BYTES));
  // Nothing but its name tells of an empty file, and a name that the contract does not know is somebody's own.
  return kind === 'empty' ? (hintsOfName(path)?.kind ?? 'unknown') : kind;
}
