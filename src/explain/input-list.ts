import type { ToldProblem } from '../problems/told-problem.ts';

/** What `--explain-input` says. */
export interface InputList {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: 'InputList';
  readonly items: readonly InputItem[];
  readonly problems: readonly ToldProblem[];
}

/** What one input was recognised as. */
export interface InputItem {
  readonly file: string;
  readonly bytes: number;
  readonly kind: string;
  readonly family: string | null;
  /** What an input of no known kind looks like. */
  readonly looksLike: string | null;
  /** What each line of a paste was taken for; null for the clean output of a tool. */
  readonly lines:
    | readonly { readonly from: number; readonly to: number; readonly as: string; readonly text: string }[]
    | null;
}
