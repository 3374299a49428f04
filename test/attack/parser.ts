/** A reader of untrusted text, with texts that it reads whole. */
export interface Parser {
  readonly name: string;
  /** How its texts are mutated: `archive` is bytes as latin1. */
  readonly form: 'lines' | 'json' | 'archive';
  readonly seed: string;
  /** Reads everything that the reader would ever read of this text. Throws, or returns, what it must not. */
  readonly run: (text: string) => unknown;
}
