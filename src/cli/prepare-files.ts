import type { CapturedFile } from '../capture/captured-file.ts';
import { hintsOfName } from '../capture/contract-files.ts';
import { recognise, type SourceKind } from '../capture/recognise.ts';
import { HEAD_BYTES } from '../capture/source.ts';
import type { ProblemList } from '../problems/problem.ts';

/**
 * The one place that files pass before they are written: whatever must not leave the node is taken out here.
 * @param redacted true: everything that tells whose the capture is gets a new name. What is not understood is left out
 * and becomes a problem.
 */
export async function prepareFiles(
  files: readonly CapturedFile[],
  redacted: boolean,
  problems: ProblemList,
): Promise<readonly CapturedFile[]> {
  if (!redacted) return files;
  const { redact } = await import('../redact/redact.ts');
  const inputs = files.map(({ path, bytes, origin }) => ({
    path,
    name: origin,
    bytes,
    kind: kindOf(path, bytes),
  }));
  const result = await redact(inputs, problems);
  // Where a file came from names the node.
  return result.files.map(({ path, bytes }) => ({ path, bytes, origin: 'redacted' }));
}

function kindOf(path: string, bytes: Buffer): SourceKind {
  const { kind } = recognise(bytes.subarray(0, HEAD_BYTES));
  return kind === 'empty' ? (hintsOfName(path)?.kind ?? kind) : kind;
}
