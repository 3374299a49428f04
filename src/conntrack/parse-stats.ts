import type { ProblemList } from '../problems/problem.ts';

/** `conntrack -S`: what each CPU counted since it started, by the counter's name. */
export interface ConntrackStats {
  readonly cpus: readonly { readonly cpu: number; readonly counters: ReadonlyMap<string, number> }[];
  /** Sums over the CPUs. */
  readonly totals: ReadonlyMap<string, number>;
}

/**
 * Reads `conntrack -S` (conntrack-tools 1.4: `cpu=0 \tfound=0 invalid=15 insert=0 …`). Which counters there are depends
 * on the kernel; all are kept.
 * @returns null where no line is readable. A line that is not is a problem. Never throws.
 */
export function parseConntrackStats(
  text: string,
  file: string,
  problems: ProblemList,
): ConntrackStats | null {
  const cpus: { cpu: number; counters: Map<string, number> }[] = [];
  const totals = new Map<string, number>();
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '' || /^conntrack v/.test(line)) return;
    const cpu = /^cpu=(\d{1,9})\s/.exec(line);
    if (cpu === null) {
      problems.add('unreadable-line', { of: 'conntrack-stats' }, file, index + 1);
      return;
    }
    const counters = new Map<string, number>();
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
