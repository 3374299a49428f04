import type { ProblemList } from '../problems/problem.ts';
import { type GzipEnd, gunzip } from './gunzip.ts';
import type { Limits } from './limits.ts';

/**
 * @returns the content of one gzipped file that is already in memory, and whether its end is missing. Throws InputError
 * beyond the limits.
 */
export async function unpackBytes(
  name: string,
  bytes: Buffer,
  limits: Limits,
  problems: ProblemList,
): Promise<{ readonly bytes: Buffer; readonly cut: boolean }> {
  const pieces: Buffer[] = [];
  const end = await gunzip(name, one(bytes), limits.totalBytes, (chunk) => pieces.push(chunk));
  reportGzipEnd(name, end, problems);
  return { bytes: Buffer.concat(pieces), cut: end !== 'complete' };
}

const GZIP_ENDS: Readonly<Record<GzipEnd, { code: string; message: string } | null>> = {
  complete: null,
  truncated: { code: 'truncated', message: 'the gzip stream is cut off; what came before the cut is used' },
  damaged: { code: 'damaged', message: 'the gzip stream is damaged; what came before the damage is used' },
};

/** Makes a problem of a gzip stream that did not end well. */
export function reportGzipEnd(name: string, end: GzipEnd, problems: ProblemList): void {
  const problem = GZIP_ENDS[end];
  if (problem !== null) problems.add(problem.code, problem.message, name);
}

async function* one(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}
