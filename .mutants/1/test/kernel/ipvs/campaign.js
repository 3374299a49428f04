import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize } from 'node:v8';
import { rolldown } from 'rolldown';
import { describe } from '../campaign.js';
import { emptyReport, judgeMeeting } from '../judge-meeting.js';
import { bootUml } from './uml.js';
/** Boots the user-mode kernel, has it send packets past IPVS, and compares what it did with the tracer. */
export async function runIpvsCampaign(plan) {
    const report = emptyReport();
    for (const { seed, meetings } of await meetInUml(plan)) {
        report.ruleSets++;
        for (const meeting of meetings) {
            plan.keep?.(meeting);
            const differences = judgeMeeting(meeting, report);
            if (differences.length > 0)
                report.disagreements.push([
                    `ipvs, seed ${seed}: npm run test:kernel -- --lane ipvs --seed ${seed} --packets 1`,
                    describe(meeting.question),
                    ...differences.map((line) => `  ${line}`),
                    ...(meeting.ipvs ?? '').trimEnd().split('\n'),
                ].join('\n'));
        }
    }
    return report;
}
async function meetInUml({ seed, packets, seconds }) {
    const work = mkdtempSync(join(tmpdir(), 'kpx-inside-'));
    const program = await bundled(work);
    const test = `${fileURLToPath(new URL('..', import.meta.url))}`.replace(/\.tools[/\\]/, '');
    const { status, output, out, remove } = bootUml([
        process.execPath,
        '/out/inside.mjs',
        String(seed),
        String(packets),
        String(seconds - 20),
        '/out/meetings',
    ], { KP_EXPLAIN_AGENT: join(test, 'node/agent.pl') }, seconds, { 'inside.mjs': program });
    try {
        if (status !== 0)
            throw new Error(`the machine ended with ${status}: ${output.trim()}`);
        return deserialize(readFileSync(join(out, 'meetings')));
    }
    finally {
        remove();
        rmSync(work, { recursive: true, force: true });
    }
}
/** @returns the program for the machine, which has no compiler's time to lose. */
async function bundled(work) {
    const here = fileURLToPath(import.meta.url);
    const bundle = await rolldown({
        input: here.replace(/campaign\.([jt]s)$/, 'inside.$1'),
        platform: 'node',
        logLevel: 'warn',
    });
    const file = join(work, 'inside.mjs');
    await bundle.write({ file, format: 'esm', codeSplitting: false });
    await bundle.close();
    return readFileSync(file, 'utf8');
}
