import { doubled } from '../lookup/name-index.ts';

/** Texts of one buffer that follow each other, with what is between them. */
interface Run {
  readonly bytes: Buffer;
  readonly start: number;
  end: number;
  /** Where it is copied to. */
  readonly at: number;
}

const BLOCK = 1024 * 1024;

/** Keeps texts, numbered from 0: their bytes in blocks that are never moved, and of each no more than where it stands. */
export class KeptTexts {
  size = 0;
  readonly #blocks: Buffer[] = [];
  #ofBlock = new Uint32Array(1024);
  #starts = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  /** How much of the last block is used. */
  #length = 0;
  #run: Run | null = null;

  /** @returns the text with this number. */
  text(number: number): string {
    const block = this.#blocks[this.#ofBlock[number] ?? 0];
    return block?.toString('utf8', this.#starts[number], this.#ends[number]) ?? '';
  }

  /** Adds a text. @param bytes stay as they are */
  hold(bytes: Buffer, start: number, end: number): void {
    if (this.#blocks.at(-1) !== bytes) {
      this.#blocks.push(bytes);
      this.#length = bytes.length;
    }
    this.#enter(start, end);
  }

  /**
   * Copies a text.
   * @param bytes stay as they are until {@link flush} is called: texts that follow each other are copied together, since a small copy
   *   costs more than what it copies
   */
  copy(bytes: Buffer, start: number, end: number): void {
    this.#run ??= { bytes, start, end, at: this.#room(bytes.length - start) };
    const { at, start: first } = this.#run;
    this.#run.end = end;
    this.#enter(at + start - first, at + end - first);
  }

  /** Ends the copying: the bytes that texts were copied from may be written over. */
  flush(): void {
    if (this.#run === null) return;
    const { bytes, start, end, at } = this.#run;
    this.#run = null;
    this.#append(bytes, start, end, at);
  }

  /**
   * Copies a text without some parts of it.
   * @param cuts start and end of each part, in order @param count how many numbers of them there are
   */
  copyCut(bytes: Buffer, start: number, end: number, cuts: Uint32Array, count: number): void {
    this.flush();
    const at = this.#room(end - start);
    let from = start;
    for (let index = 0; index < count; index += 2) {
      this.#append(bytes, from, cuts[index] ?? end, this.#length);
      from = cuts[index + 1] ?? end;
    }
    this.#append(bytes, from, end, this.#length);
    this.#enter(at, this.#length);
  }

  #append(bytes: Buffer, start: number, end: number, at: number): void {
    const block = this.#blocks.at(-1);
    if (block !== undefined) this.#length = at + bytes.copy(block, at, start, end);
  }

  /** @returns where in the last block there is room for this much. */
  #room(length: number): number {
    if ((this.#blocks.at(-1)?.length ?? 0) - this.#length < length) {
      this.#blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK, length)));
      this.#length = 0;
    }
    return this.#length;
  }

  #enter(start: number, end: number): void {
    const number = this.size++;
    if (number === this.#starts.length) {
      this.#ofBlock = doubled(this.#ofBlock);
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
    }
    this.#ofBlock[number] = this.#blocks.length - 1;
    this.#starts[number] = start;
    this.#ends[number] = end;
  }
}
