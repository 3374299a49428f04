import type { Readable } from 'node:stream';

/** What a program writes to one of its streams, kept up to a limit of bytes while it comes. */
export interface BoundedOutput {
  /** What is kept; nothing of a standard output that broke its limit. */
  bytes(): Buffer;
}

/**
 * Keeps all that comes.
 * @param onData is told of each piece. @param onFull is told once that there were more than `limit` bytes.
 */
export function keepAll(
  stream: Readable,
  limit: number,
  onData: () => void,
  onFull: () => void,
): BoundedOutput {
  let pieces: Buffer[] = [];
  let length = 0;
  onPieces(stream, (piece) => {
    onData();
    const fitted = length <= limit;
    length += piece.length;
    if (length <= limit) pieces.push(piece);
    else if (fitted) {
      // Half an output is of no use, and the memory is.
      pieces = [];
      onFull();
    }
  });
  return { bytes: () => Buffer.concat(pieces) };
}

/** Keeps nothing, and hands each piece on. @param onData see `keepAll`. */
export function handOn(stream: Readable, take: (piece: Buffer) => void, onData: () => void): BoundedOutput {
  onPieces(stream, (piece) => {
    onData();
    take(piece);
  });
  return { bytes: () => Buffer.alloc(0) };
}

/** Keeps the last `kept` bytes; see `keepAll`. */
export function keepEnd(
  stream: Readable,
  kept: number,
  limit: number,
  onData: () => void,
  onFull: () => void,
): BoundedOutput {
  let end: Buffer = Buffer.alloc(0);
  let length = 0;
  onPieces(stream, (piece) => {
    onData();
    const fitted = length <= limit;
    length += piece.length;
    end = Buffer.concat([end, piece]).subarray(-kept);
    if (length > limit && fitted) onFull();
  });
  return { bytes: () => end };
}

function onPieces(stream: Readable, take: (piece: Buffer) => void): void {
  stream.on('data', (piece: Buffer) => take(piece));
  // A pipe that breaks ends the output; how the program ended says what that means.
  stream.on('error', () => undefined);
}
