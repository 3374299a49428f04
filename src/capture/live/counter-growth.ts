/** What counted between two dumps of one family, by lines of the first. */
export interface CounterGrowth {
  /** Lines (from 1) whose counter grew, and by how many packets. */
  readonly grown: readonly (readonly [line: number, packets: number])[];
  /** Lines of which nothing is known: their chain was written anew, or they have no counter. */
  readonly unknown: readonly number[];
}

interface Counted {
  readonly line: number;
  /** The rule, or the policy, without its counter. */
  readonly text: string;
  readonly packets: number | null;
}

/**
 * Compares the counters of two dumps (`iptables-save -c`). A rule has no name, so that a chain whose rules are not the same
 * in both tells nothing; nor does a counter that went back, which was set anew in between.
 */
export function growthBetween(before: string, after: string): CounterGrowth {
  const later = chainsOf(after);
  const grown: [number, number][] = [];
  const unknown: number[] = [];
  for (const [chain, rules] of chainsOf(before)) {
    const now = later.get(chain);
    const isSame = now?.length === rules.length && rules.every(({ text }, at) => text === now[at]?.text);
    for (const [at, { line, packets }] of rules.entries()) {
      const since = isSame && packets !== null ? (now[at]?.packets ?? null) : null;
      if (since === null || packets === null || since < packets) unknown.push(line);
      else if (since > packets) grown.push([line, since - packets]);
    }
  }
  return { grown, unknown };
}

/** The lines of each chain in order, its declaration first. */
function chainsOf(dump: string): Map<string, Counted[]> {
  const chains = new Map<string, Counted[]>();
  let table = '';
  let line = 0;
  for (const text of dump.split('\n')) {
    line++;
    if (text.startsWith('*')) table = text;
    const [, name, policy, at] = /^:(\S+) (\S+)(?: \[(\d+):\d+\])?/.exec(text) ?? [];
    const [, count, rule, of] = /^(?:\[(\d+):\d+\] )?(-A (\S+).*)$/.exec(text) ?? [];
    const chain = name ?? of;
    if (chain === undefined) continue;
    const key = `${table} ${chain}`;
    const list = chains.get(key) ?? [];
    if (list.length === 0) chains.set(key, list);
    const packets = name === undefined ? count : at;
    list.push({ line, text: rule ?? policy ?? '', packets: packets === undefined ? null : Number(packets) });
  }
  return chains;
}
