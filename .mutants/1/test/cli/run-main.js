import { main } from '../../src/cli/main.js';
import { asksForJson } from '../../src/cli/report-error.js';
import { expectValid } from '../schema/validate.js';
/** Runs the program inside this process. What it writes as JSON must fit the document's schema. */
export async function run(argv, options = {}) {
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
    if (asksForJson(argv) && out.startsWith('{'))
        expectValid(out);
    if (asksForJson(argv) && err.startsWith('{'))
        expectValid(err);
    return { status, out, err };
}
