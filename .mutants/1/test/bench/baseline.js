import { readFileSync, writeFileSync } from 'node:fs';
/** Ratios differ by less than this from one run to the next. */
const MOST_GROWTH = 1.25;
/** @returns the recorded figures; none where nothing was recorded. Throws where the file is no JSON. */
export function readBaseline(path) {
    try {
        return JSON.parse(readFileSync(path, 'utf8'));
    }
    catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
            return {};
        throw error;
    }
}
/** Writes the figures of these groups; other groups keep theirs. */
export function writeBaseline(path, groups) {
    const all = { ...readBaseline(path), ...groups };
    writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
}
/** @returns what to record of a group: nothing of yardsticks, and nothing where processor time could not be measured. */
export function recordOf(jobs, measured, unit) {
    const base = measured.get(unit)?.cpuSeconds ?? 0;
    const records = {};
    for (const { name, yardstick } of jobs) {
        const { cpuSeconds = null, peakMiB = null } = measured.get(name) ?? {};
        if (yardstick || base === 0 || cpuSeconds === null)
            continue;
        const ratio = Number((cpuSeconds / base).toPrecision(3));
        records[name] = { ratio, peakMiB: peakMiB === null ? null : Math.round(peakMiB) };
    }
    return records;
}
/** @returns a sentence for each job whose ratio or memory is more than a quarter above what was recorded. */
export function compareWithBaseline(now, recorded) {
    return Object.entries(now).flatMap(([name, { ratio, peakMiB }]) => {
        const before = recorded?.[name];
        if (before === undefined)
            return [];
        const grown = [];
        if (ratio > before.ratio * MOST_GROWTH)
            grown.push(`${name}: ${ratio} × the yardstick, recorded ${before.ratio} ×`);
        if (peakMiB !== null && before.peakMiB !== null && peakMiB > before.peakMiB * MOST_GROWTH)
            grown.push(`${name}: ${peakMiB} MiB, recorded ${before.peakMiB} MiB`);
        return grown;
    });
}
