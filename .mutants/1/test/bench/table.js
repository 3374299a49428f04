/**
 * @returns a table of medians, with how often the yardstick fits in each: in time by the clock, in processor time, and in
 * processor time when that was recorded.
 */
export function formatMeasured(measured, unit, recorded) {
    const base = measured.get(unit);
    const rows = [...measured.values()].map(({ name, wallSeconds, cpuSeconds, peakMiB }) => formatRow(name, wallSeconds.toFixed(2), cpuSeconds?.toFixed(2) ?? '-', peakMiB?.toFixed(0) ?? '-', base === undefined ? '-' : (wallSeconds / base.wallSeconds).toFixed(2), cpuSeconds === null || !base?.cpuSeconds ? '-' : (cpuSeconds / base.cpuSeconds).toFixed(2), recorded?.[name]?.ratio.toFixed(2) ?? '-'));
    const head = formatRow('', 'wall s', 'cpu s', 'peak MiB', '× wall', '× cpu', 'recorded');
    return [head, ...rows, ''].join('\n');
}
function formatRow(name, ...cells) {
    return `  ${name.padEnd(32)}${cells.map((cell) => cell.padStart(10)).join('')}`.trimEnd();
}
