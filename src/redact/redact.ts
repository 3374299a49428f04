import { randomBytes } from 'node:crypto';
import type { SourceKind } from '../capture/recognise.ts';
import type { Fields } from '../kubernetes/fields.ts';
import type { ObjectKind } from '../kubernetes/object-fields.ts';
import { ProblemList } from '../problems/problem.ts';
import { type Noted, noteFile } from './note-files.ts';
import { settleClaims } from './note-rules.ts';
import { readPrunedObjects } from './objects.ts';
import { renameFile } from './rename-files.ts';
import { Renamer } from './renamer.ts';
import { settleChains } from './settle-chains.ts';

/** A file of a capture, recognised. */
export interface RedactInput {
  /** Its path in a capture folder: `iptables-save.txt`, `xt_recent/NAME`. */
  readonly path: string;
  /** For messages. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly kind: SourceKind;
}

/** A capture without names. */
export interface Redacted {
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[];
  /** Old name to new: whoever has it can undo the redaction, so it is for tests and must not be written down. */
  readonly renamer: Renamer;
}

const ATTEMPTS = 20;

/**
 * Renames addresses (prefix by prefix), names, interfaces and MAC addresses of a whole capture, the same everywhere, and
 * recomputes kube-proxy's chain names, so that the redacted capture is traced like the original. What is not understood
 * is left out and becomes a problem. Ports, protocols, marks, counters and times stay.
 * @param key fixed by tests; otherwise it is random and forgotten.
 */
export async function redact(
  files: readonly RedactInput[],
  problems: ProblemList,
  key: string = randomBytes(32).toString('hex'),
): Promise<Redacted> {
  const objects = new Map<RedactInput, ReadonlyMap<ObjectKind, readonly Fields[]>>();
  for (const file of files) {
    if (file.kind === 'kubernetes') objects.set(file, await readPrunedObjects(file, problems));
  }
  let best: { readonly redacted: Redacted; readonly kept: number; readonly problems: ProblemList } | null =
    null;
  for (let attempt = 0; attempt < ATTEMPTS && best?.kept !== 0; attempt++) {
    const found = new ProblemList();
    const redacted = redactOnce(files, objects, new Renamer(`${key} ${attempt}`), found);
    const kept = countKept(redacted.renamer);
    if (best === null || kept < best.kept) best = { redacted, kept, problems: found };
  }
  if (best === null) return { files: [], renamer: new Renamer(key) };
  for (const { code, message, file, line } of best.problems.list()) problems.add(code, message, file, line);
  if (best.kept > 0) {
    problems.add(
      'address-kept',
      `${best.kept} addresses of the original also stand in the result, because the networks around them are too large to be renamed`,
    );
  }
  return best.redacted;
}

function redactOnce(
  files: readonly RedactInput[],
  objects: ReadonlyMap<RedactInput, ReadonlyMap<ObjectKind, readonly Fields[]>>,
  renamer: Renamer,
  problems: ProblemList,
): Redacted {
  const noted: Noted = { claims: [] };
  for (const file of files) noteFile(file, objects.get(file) ?? null, renamer, noted);
  for (const part of objects.values()) settleChains(part, renamer);
  settleClaims(noted.claims, renamer);
  const renamed = files.flatMap((file) => renameFile(file, objects.get(file) ?? null, renamer, problems));
  return { files: renamed, renamer };
}

/** An address of the original must not stand in the result, not even as another one's new name. */
function countKept(renamer: Renamer): number {
  const renamed = renamer.renamedAddresses();
  let kept = 0;
  for (const to of renamed.values()) if (renamed.has(to)) kept++;
  return kept;
}
