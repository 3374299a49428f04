import { formatBytes } from '../words/numbers.ts';
import { InputError } from './input-error.ts';

/** How a gzip stream ended: `truncated` where it was cut off, `damaged` where its bytes are wrong. What came before was delivered. */
export type GzipEnd = 'complete' | 'truncated' | 'damaged';

/** @returns true where the bytes start a gzip stream (RFC 1952). */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/**
 * Decompresses a stream, handing each piece on as it comes, so that a stream that was cut still gives its first part.
 * @param name for messages; `limit` the most bytes it may grow to.
 * @returns how it ended. Throws InputError beyond the limit, and whatever reading `chunks` throws.
 */
export async function gunzip(
  name: string,
  chunks: AsyncIterable<Buffer>,
  limit: number,
  onData: (chunk: Buffer) => void,
): Promise<GzipEnd> {
  // Most inputs are plain, and loading it takes a millisecond.
  const { createGunzip } = process.getBuiltinModule('node:zlib');
  const unzip = createGunzip();
  let total = 0;
  let failure: Error | null = null;
  const ended = new Promise<void>((resolve) => {
    unzip.on('end', resolve);
    unzip.on('close', resolve);
    unzip.on('error', (error) => {
      failure ??= error;
      resolve();
    });
  });
  unzip.on('data', (chunk: Buffer) => {
    if (failure !== null) return;
    total += chunk.length;
    try {
      if (total > limit) throw tooLarge(name, limit);
      onData(chunk);
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      unzip.destroy();
    }
  });
  for await (const chunk of chunks) {
    if (failure !== null || unzip.destroyed) break;
    if (!unzip.write(chunk)) await Promise.race([drained(unzip), ended]);
  }
  if (!unzip.destroyed) unzip.end();
  await ended;
  return endOf(failure);
}

function drained(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    stream.once('drain', () => resolve());
  });
}

function endOf(failure: Error | null): GzipEnd {
  if (failure === null) return 'complete';
  const code = 'code' in failure ? failure.code : null;
  if (code === 'Z_BUF_ERROR') return 'truncated';
  if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT') return 'damaged';
  throw failure;
}

/** @returns the error for an input that grows beyond the limit. */
export function tooLarge(name: string, limit: number): InputError {
  return new InputError(
    'too-large',
    `${name} is larger than ${formatBytes(limit)} once unpacked; give the files needed one by one`,
    name,
  );
}
