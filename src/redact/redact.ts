import { randomBytes } from 'node:crypto';
import type { Fields } from '../json/fields.ts';
import type { ObjectKind } from '../kubernetes/object-fields.ts';
import type { Address } from '../net/address.ts';
import { ProblemList } from '../problems/problem.ts';
import { type Noted, noteFile } from './note-files.ts';
import { settleClaims } from './note-rules.ts';
import { readPrunedObjects } from './objects.ts';
import type { RedactInput } from './redact-input.ts';
import { renameFile } from './rename-files.ts';
import { Renamer } from './renamer.ts';
import { settleChains } from './settle-chains.ts';

/** A capture without names. */
export interface Redacted {
  readonly files: readonly { readonly path: string; readonly bytes: Buffer }[];
  /** Old name to new: whoever has it can undo the redaction, so it is for tests and must not be written down. */
  readonly renamer: Renamer;
  /**
   * Addresses of which half stands in the result whatever the key: the first two octets of IPv4, the first four of IPv6.
   * A capture with any must not be shown to others.
   */
  readonly pinned: readonly string[];
}

type Once = Omit<Redacted, 'pinned'>;

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
  let best: { readonly once: Once; readonly kept: number; readonly problems: ProblemList } | null = null;
  let pinned: readonly string[] | null = null;
  let known: readonly Address[] | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = new ProblemList();
    const once = redactOnce(files, objects, new Renamer(`${key} ${attempt}`, known ?? []), found);
    if (known === null && once.renamer.addresses.hasWideRanges) {
      // The first time only showed which addresses there are.
      known = once.renamer.knownAddresses();
      continue;
    }
    const half = once.renamer.halfKept();
    // What chance kept once another key renames; what every key keeps has no other name.
    pinned = (pinned ?? [...half]).filter((text) => half.has(text));
    const kept = half.size + countKept(once.renamer);
    if (best === null || kept < best.kept) best = { once, kept, problems: found };
    if (kept === 0) break;
  }
  if (best === null) return { files: [], renamer: new Renamer(key), pinned: [] };
  problems.addAll(best.problems.list());
  const repeated = countKept(best.once.renamer);
  if (repeated > 0) problems.add('address-kept', { what: 'as-new-names', count: repeated });
  return { ...best.once, pinned: pinned ?? [] };
}

function redactOnce(
  files: readonly RedactInput[],
  objects: ReadonlyMap<RedactInput, ReadonlyMap<ObjectKind, readonly Fields[]>>,
  renamer: Renamer,
  problems: ProblemList,
): Once {
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
