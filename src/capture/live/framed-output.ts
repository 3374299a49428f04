import type { Readable } from 'node:stream';

/** A frame's end: a line end, the word, perhaps a number, a line end. */
const LONGEST_FRAME = 128;

/** What stands behind the word. */
const FRAME_END = /^(?: (\d{1,3}))?\n/;

/** What one command of several wrote to a stream that they share. */
export interface Framed {
  /** The bytes before the frame; of more than `kept` the last ones. */
  readonly bytes: Buffer;
  /** The number that stands in the frame, or null. */
  readonly status: number | null;
}

/**
 * Tells apart what several commands write to one stream, one after the other. Each ends with a line of a word that was made up
 * for it alone just before it began: what a command prints can hold no frame of another one, nor its own, but by reading the
 * memory of the shell. No command's output follows a frame, because the next one is only then sent; what kubectl itself writes
 * there is of none of them, and is left out.
 */
export class FramedStream {
  #word = '';
  #kept = 0;
  #limit = 0;
  #pieces: Buffer[] = [];
  #length = 0;
  #held = 0;
  #tail: Buffer = Buffer.alloc(0);
  #done: ((framed: Framed) => void) | null = null;
  #onFull: () => void = () => undefined;

  /** @param onData is told of each piece. */
  constructor(stream: Readable, onData: () => void) {
    stream.on('data', (piece: Buffer) => {
      onData();
      this.#take(piece);
    });
    // A pipe that breaks ends the output; how the program ended says what that means.
    stream.on('error', () => undefined);
  }

  /**
   * Waits for the end of the next command.
   * @param kept bytes that are kept, the last ones. @param limit bytes after which `onFull` is told, once.
   */
  next(word: string, kept: number, limit: number, onFull: () => void): Promise<Framed> {
    this.#word = word;
    this.#kept = kept + LONGEST_FRAME;
    this.#limit = limit + LONGEST_FRAME;
    this.#onFull = onFull;
    this.#pieces = [];
    this.#length = 0;
    this.#held = 0;
    this.#tail = Buffer.alloc(0);
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  /** What came so far of a command that did not end. */
  sofar(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #take(piece: Buffer): void {
    const fitted = this.#length <= this.#limit;
    this.#length += piece.length;
    if (this.#length > this.#limit) {
      this.#pieces = [];
      if (fitted) this.#onFull();
      return;
    }
    this.#pieces.push(piece);
    this.#held += piece.length;
    while (this.#held - (this.#pieces[0]?.length ?? this.#held) >= this.#kept) {
      this.#held -= this.#pieces.shift()?.length ?? 0;
    }
    const seen = Buffer.concat([this.#tail, piece]);
    this.#tail = seen.subarray(-LONGEST_FRAME);
    this.#look(seen);
  }

  /** @param seen the last bytes, all those of the newest piece among them */
  #look(seen: Buffer): void {
    const at = seen.indexOf(`\n${this.#word}`);
    if (at < 0 || this.#done === null) return;
    const frame = FRAME_END.exec(seen.toString('latin1', at + 1 + this.#word.length, at + LONGEST_FRAME));
    if (frame === null) return;
    const done = this.#done;
    this.#done = null;
    const all = Buffer.concat(this.#pieces);
    done({
      bytes: all.subarray(0, Math.max(0, all.length - (seen.length - at))),
      status: frame[1] === undefined ? null : Number(frame[1]),
    });
  }
}
