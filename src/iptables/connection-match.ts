import type { Range } from '../net/range.ts';

/** `-m connlabel`: a label that the connection may carry, by name or number; `sets`: given to one that has it not. `text` asks for the label alone. */
export interface LabelMatch {
  readonly kind: 'connlabel';
  readonly negated: boolean;
  readonly label: string;
  readonly sets: boolean;
  readonly text: string;
}

/** `-m connbytes`: what the connection has carried, in these directions. `text` is the match as it is spelt. */
export interface CountMatch {
  readonly kind: 'connbytes';
  readonly negated: boolean;
  readonly range: Range;
  readonly of: 'original' | 'reply' | 'both';
  readonly mode: 'packets' | 'bytes' | 'avgpkt';
  readonly text: string;
}
