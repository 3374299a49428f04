import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
/** GNU time: what a process used is told by the kernel to its parent alone, and Node does not pass it on. */
const TIME = '/usr/bin/time';
/**
 * Runs jobs in turns, so that a slow minute of the machine hits all of them, after one turn that does not count.
 * @returns the medians by name; a job that cannot run here (no iptables, not root) is absent.
 */
export function measure(jobs, runs) {
    const able = jobs.filter((job) => runOnce(job) !== null);
    const samples = new Map(able.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run++) {
        for (const job of able) {
            const sample = runOnce(job);
            if (sample !== null)
                samples.get(job.name)?.push(sample);
        }
    }
    return new Map(able.map(({ name }) => [name, { name, ...medians(samples.get(name) ?? []) }]));
}
/** @returns null where the command failed; what it says goes to standard error. */
function runOnce({ argv, input, expects }) {
    const timed = existsSync(TIME);
    const [command = '', ...rest] = timed ? [TIME, '-q', '-f', '%U %S %M', ...argv] : argv;
    const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
    const started = performance.now();
    const { status, stderr } = spawnSync(command, rest, { stdio: [stdin, 'ignore', 'pipe'], encoding: 'utf8' });
    const wallSeconds = (performance.now() - started) / 1000;
    if (status !== (expects ?? 0)) {
        process.stderr.write(`${argv.join(' ')}: exit status ${status}\n${stderr.slice(0, 500)}\n`);
        return null;
    }
    const [user = '', system = '', peak = ''] = timed
        ? (stderr.trimEnd().split('\n').at(-1) ?? '').split(' ')
        : [];
    return {
        wallSeconds,
        cpuSeconds: timed ? Number(user) + Number(system) : null,
        peakMiB: timed ? Number(peak) / 1024 : null,
    };
}
function medians(samples) {
    return {
        wallSeconds: median(samples.map(({ wallSeconds }) => wallSeconds)) ?? Number.NaN,
        cpuSeconds: mean(samples.flatMap(({ cpuSeconds }) => cpuSeconds ?? [])),
        peakMiB: median(samples.flatMap(({ peakMiB }) => peakMiB ?? [])),
    };
}
function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
}
function mean(values) {
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
