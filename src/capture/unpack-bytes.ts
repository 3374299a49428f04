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

/** Makes a problem of a gzip stream that did not end well. */
export function reportGzipEnd(name: string, end: GzipEnd, problems: ProblemList): void {
  if (end !== 'complete') problems.add(end, { what: 'gzip' }, name);
}

async function* one(bytes: Buffer): AsyncIterable<Buffer> {
  yield bytes;
}
