import type { Colours } from './colours.ts';

/** How text is shown. */
export interface TextOptions {
  /** Columns of the terminal; null where the output is not one: lines are then as long as they come. */
  readonly width: number | null;
  readonly colours: Colours;
}
