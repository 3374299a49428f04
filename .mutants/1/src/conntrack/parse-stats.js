/**
 * Reads `conntrack -S` (conntrack-tools 1.4: `cpu=0 \tfound=0 invalid=15 insert=0 …`). Which counters there are depends
 * on the kernel; all are kept.
 * @returns null where no line is readable. A line that is not is a problem. Never throws.
 */
export function parseConntrackStats(text, file, problems) {
    const cpus = [];
    const totals = new Map();
    text.split('\n').forEach((line, index) => {
        if (line.trim() === '' || /^conntrack v/.test(line))
            return;
        const cpu = /^cpu=(\d{1,9})\s/.exec(line);
        if (cpu === null) {
            problems.add('unreadable-line', 'not a line of conntrack -S', file, index + 1);
            return;
        }
        const counters = new Map();
        for (const [, name = '', value = ''] of line
            .slice(cpu[0].length)
            .matchAll(/(?<!\w)(\w+)=(\d{1,20})(?!\S)/g)) {
            counters.set(name, Number(value));
            totals.set(name, (totals.get(name) ?? 0) + Number(value));
        }
        cpus.push({ cpu: Number(cpu[1]), counters });
    });
    return cpus.length === 0 ? null : { cpus, totals };
}
