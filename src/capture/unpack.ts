import type { ProblemList } from '../problems/problem.ts';
import type { FileHints } from './contract-files.ts';
import { gunzip, isGzip, tooLarge } from './gunzip.ts';
import type { Limits } from './limits.ts';
import { normaliseText } from './normalise-text.ts';
import { ArchiveReader } from './read-archive.ts';
import { recognise } from './recognise.ts';
import { HEAD_BYTES, type SourceText, sourceOfBytes } from './source.ts';
import { isTar } from './tar.ts';
import { reportGzipEnd } from './unpack-bytes.ts';

/**
 * Turns a stream of bytes into sources: a tar archive, gzipped or not, becomes one source for each of its files;
 * anything else becomes one source.
 * @param name for messages. Throws InputError beyond the limits.
 */
export async function unpackStream(
  name: string,
  chunks: AsyncIterable<Buffer>,
  hints: FileHints | null,
  limits: Limits,
  problems: ProblemList,
): Promise<SourceText[]> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await firstBytes(iterator, 512);
  const collector = new Collector(name, limits);
  let cut = false;
  if (isGzip(first)) {
    const end = await gunzip(name, withFirst(first, iterator), limits.totalBytes, (chunk) =>
      collector.feed(chunk),
    );
    reportGzipEnd(name, end, problems);
    cut = end !== 'complete';
  } else {
    for await (const chunk of withFirst(first, iterator)) collector.feed(chunk);
  }
  return await collector.finish(hints, cut, problems);
}

/** Decides by the first block whether the bytes are a tar archive, and gathers either. */
class Collector {
  readonly #name: string;
  readonly #limits: Limits;
  #archive: ArchiveReader | null = null;
  #decided = false;
  /** Null: not yet looked at. */
  #readable: boolean | null = null;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(name: string, limits: Limits) {
    this.#name = name;
    this.#limits = limits;
  }

  feed(chunk: Buffer): void {
    if (this.#archive !== null) {
      this.#archive.feed(chunk);
      return;
    }
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    const limit = this.#limit();
    if (this.#length > limit) throw tooLarge(this.#name, limit);
    if (this.#decided || this.#length < 512) return;
    this.#decided = true;
    const start = Buffer.concat(this.#pieces, this.#length);
    if (!isTar(start)) return;
    this.#archive = new ArchiveReader(this.#name, this.#limits);
    this.#pieces = [];
    this.#archive.feed(start);
  }

  /** What nobody can read, as /dev/zero or a bomb of blanks, is given up long before memory is full of it. */
  #limit(): number {
    const { totalBytes, strayFileBytes } = this.#limits;
    if (this.#length <= strayFileBytes) return totalBytes;
    this.#readable ??= isReadable(headOf(this.#pieces));
    return this.#readable ? totalBytes : strayFileBytes;
  }

  async finish(hints: FileHints | null, cut: boolean, problems: ProblemList): Promise<SourceText[]> {
    if (this.#archive !== null) return await this.#archive.finish(problems);
    return [sourceOfBytes(this.#name, Buffer.concat(this.#pieces, this.#length), hints, cut)];
  }
}

/** Pieces can be of any length, down to one byte. */
function headOf(pieces: readonly Buffer[]): Buffer {
  const few = pieces.slice(0, HEAD_BYTES);
  let length = 0;
  const end = few.findIndex((piece) => {
    length += piece.length;
    return length >= HEAD_BYTES;
  });
  return Buffer.concat(end < 0 ? few : few.slice(0, end + 1)).subarray(0, HEAD_BYTES);
}

function isReadable(head: Buffer): boolean {
  const { kind } = recognise(normaliseText(head));
  return kind !== 'unknown' && kind !== 'empty';
}

async function firstBytes(iterator: AsyncIterator<Buffer>, wanted: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < wanted) {
    const next = await iterator.next();
    if (next.done === true) break;
    pieces.push(next.value);
    length += next.value.length;
  }
  return Buffer.concat(pieces, length);
}

async function* withFirst(first: Buffer, rest: AsyncIterator<Buffer>): AsyncIterable<Buffer> {
  yield first;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}
