/** What tells of each problem of a kind, by its arguments: one sentence without its place, escaped where it is shown. */
export type Wording<Arguments> = {
  readonly [Code in keyof Arguments]: (args: Arguments[Code]) => string;
};

/** A problem that its code says all of. */
export type NoArguments = Readonly<Record<string, never>>;
