import type { Trial } from '../compare.ts';

/** What is believed, and how to see whether the kernel agrees. Rules that are one text are tried with both backends. */
export type Trials = Readonly<
  Record<string, Omit<Trial, 'rules'> & { readonly rules: string | Trial['rules'] }>
>;
