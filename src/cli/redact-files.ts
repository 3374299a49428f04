import { hintsOfName } from '../capture/contract-files.ts';
import { type SourceText, sourceOfBytes } from '../capture/source.ts';
import type { ProblemList } from '../problems/problem.ts';
import { redact } from '../redact/redact.ts';
import { redactInputs } from './redact-sources.ts';
import { sortSources } from './sort-sources.ts';

/** A file that is about to be written as part of a capture. */
export interface FileToWrite {
  /** Its path in a capture folder. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Where it came from, for messages. */
  readonly origin: string;
}

/**
 * Takes everything that tells whose capture it is out of files that were just collected. What cannot be redacted is left
 * out and becomes a problem.
 */
export async function redactFiles(
  files: readonly FileToWrite[],
  problems: ProblemList,
): Promise<FileToWrite[]> {
  // The list's name of an xt_recent file is in its path, so the path is the name here.
  return await redactSources(
    files.map(({ path, bytes }) => sourceOfBytes(path, bytes, hintsOfName(path))),
    problems,
  );
}

/** The same for what was read with `-f`: a capture, or any files that together are one. */
export async function redactSources(
  sources: readonly SourceText[],
  problems: ProblemList,
): Promise<FileToWrite[]> {
  const { files } = await redact(redactInputs(sortSources(sources, problems), problems), problems);
  return files.map((file) => ({ ...file, origin: 'redacted' }));
}
