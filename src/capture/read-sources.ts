import { createReadStream, type Stats, statSync } from 'node:fs';
import type { ProblemList } from '../problems/problem.ts';
import { formatBytes } from '../words/numbers.ts';
import { hintsOfName } from './contract-files.ts';
import { isGzip } from './gunzip.ts';
import { InputError } from './input-error.ts';
import { LIMITS, type Limits } from './limits.ts';
import { readFolder } from './read-folder.ts';
import { readHead, type SourceText, sourceOfFile, unreadable } from './source.ts';
import { isTar } from './tar.ts';
import { unpackStream } from './unpack.ts';

/** The name of standard input in messages. */
export const STDIN_NAME = 'stdin';

/**
 * Turns `-f` arguments into sources: a folder, an archive (`.tar`, `.tar.gz`), a file, a gzipped file, `-`. What an
 * argument is, is told by the file system and by its bytes, never by its name.
 * @param files the arguments in order; `stdin` gives standard input, asked for at most once.
 * @returns the sources in order. Throws InputError where an argument cannot be read at all.
 */
export async function readSources(
  files: readonly string[],
  stdin: () => AsyncIterable<Buffer>,
  problems: ProblemList,
  limits: Limits = LIMITS,
): Promise<SourceText[]> {
  const sources: SourceText[] = [];
  for (const file of new Set(files)) {
    const read =
      file === '-'
        ? unpackStream(STDIN_NAME, stdin(), null, limits, problems)
        : readArgument(file, limits, problems);
    sources.push(...(await read));
  }
  return sources;
}

async function readArgument(file: string, limits: Limits, problems: ProblemList): Promise<SourceText[]> {
  const stat = statOf(file);
  if (stat.isDirectory()) return await readFolder(file, file, limits, problems);
  const hints = hintsOfName(file);
  // A named pipe, as in `-f <(iptables-save)`, can be read once and from the start only.
  if (!stat.isFile()) return await unpackStream(file, createStream(file), hints, limits, problems);
  if (stat.size > limits.totalBytes) {
    throw new InputError(
      'too-large',
      `${file} is larger than ${formatBytes(limits.totalBytes)}; give a smaller one`,
      file,
    );
  }
  const head = readHead(file, file);
  if (isGzip(head) || isTar(head))
    return await unpackStream(file, createStream(file), hints, limits, problems);
  return [sourceOfFile(file, file, stat.size, hints)];
}

function statOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (error) {
    const reason = unreadable(file, error);
    if (reason.code !== 'no-such-file') throw reason;
    throw new InputError(
      reason.code,
      `${reason.message}; -f takes a capture folder, an archive of one, the output of a tool such as iptables-save, or - for standard input`,
      file,
    );
  }
}

async function* createStream(file: string): AsyncIterable<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk;
  } catch (error) {
    throw unreadable(file, error);
  }
}
