import { main } from '../../src/cli/main.ts';
import { asksForJson } from '../../src/cli/report-error.ts';
import { expectValid } from '../schema/validate.ts';

/** What a run of the program did. */
export interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program inside this process. What it writes as JSON must fit the document's schema. */
export async function run(
  argv: readonly string[],
  options: {
    readonly stdin?: string | Buffer;
    readonly columns?: number;
    readonly programName?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Run> {
  let out = '';
  let err = '';
  const status = await main(argv, {
    programName: options.programName ?? 'kp-explain',
    env: options.env ?? {},
    columns: options.columns ?? null,
    showsProgress: false,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    async *stdin() {
      yield Buffer.from(options.stdin ?? '');
    },
  });
  if (asksForJson(argv) && out.startsWith('{')) expectValid(out);
  if (asksForJson(argv) && err.startsWith('{')) expectValid(err);
  return { status, out, err };
}
