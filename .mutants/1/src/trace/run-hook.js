import { runTied } from './tied-programs.js';
/** Runs everything that stands at one hook, in order of priority. */
export function runHook(start, hook, programs, context) {
    let passed = [start];
    const resumed = [];
    const ended = [];
    for (const group of programs.at[hook]) {
        const on = [];
        for (const branch of passed) {
            for (const passage of runTied(branch, group, context)) {
                if (passage.kind === 'next')
                    on.push(passage.branch);
                else if (passage.kind === 'ended')
                    ended.push(passage.ending);
                else
                    resumed.push({ branch: passage.branch, at: passage.at });
            }
        }
        passed = on;
    }
    return { passed, resumed, ended };
}
