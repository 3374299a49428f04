import type { Readable } from 'node:stream';

/** A frame's end: a line end, the word, perhaps a number, a line end. */
const LONGEST_FRAME = 128;

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
 * memory of the shell. Nothing follows a frame, because the next command is only then sent.
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
    this.#tail = Buffer.concat([this.#tail, piece]).subarray(-LONGEST_FRAME);
    this.#look();
  }

  #look(): void {
    const frame = new RegExp(`\\n${this.#word}(?: (\\d{1,3}))?\\n$`).exec(this.#tail.toString('latin1'));
    if (frame === null || this.#done === null) return;
    const done = this.#done;
    this.#done = null;
    const all = Buffer.concat(this.#pieces);
    done({
      bytes: all.subarray(0, all.length - frame[0].length),
      status: frame[1] === undefined ? null : Number(frame[1]),
    });
  }
}
