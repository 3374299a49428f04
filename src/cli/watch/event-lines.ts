import { StringDecoder } from 'node:string_decoder';

/** No event is as long; what is longer is none, and is passed over. */
const LONGEST = 64 * 1024;

/** Cuts what comes in pieces into lines. */
export class EventLines {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #tooLong = false;

  /** @returns the lines that this piece ends. */
  take(piece: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(piece)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#tooLong) lines.shift();
    if (lines.length > 0) this.#tooLong = false;
    if (this.#rest.length > LONGEST) {
      this.#rest = '';
      this.#tooLong = true;
    }
    return lines;
  }
}
