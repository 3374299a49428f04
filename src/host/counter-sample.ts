import { fieldsOf, numberOf, objectOf, objectsOf, textOf } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';

/** What counters did between two samples (`--sample`). */
export interface CounterSample {
  readonly rules: readonly RuleGrowth[];
  /** Counters of `conntrack -S` by name; null: not sampled. */
  readonly conntrack: { readonly seconds: number; readonly grown: ReadonlyMap<string, number> } | null;
}

/** The rules of one dump. */
interface RuleGrowth {
  readonly family: string;
  /** Null: that of the only dump of the family. */
  readonly backend: string | null;
  readonly seconds: number;
  /** Packets by the line of the dump; a line that is neither here nor unknown counted nothing. */
  readonly grown: ReadonlyMap<number, number>;
  readonly unknown: ReadonlySet<number>;
}

/** How many packets a counter counted, and in how many seconds. */
export interface Growth {
  readonly packets: number;
  readonly seconds: number;
}

/** Reads `counters.json`. @returns null where it is no such document. Never throws. */
export function parseCounterSample(text: string): CounterSample | null {
  const document = objectOf(parseJson(text));
  if (document === null || document.kind !== 'CounterSample') return null;
  const conntrack = objectOf(document.conntrack);
  const seconds = secondsOf(conntrack?.seconds);
  return {
    rules: objectsOf(document.rules).flatMap((fields) => {
      const family = textOf(fields.family);
      const length = secondsOf(fields.seconds);
      const grown = pairsOf(fields.grown);
      const unknown = linesOf(fields.unknown);
      if (family === null || length === null || grown === null || unknown === null) return [];
      return [{ family, backend: textOf(fields.backend), seconds: length, grown, unknown }];
    }),
    conntrack:
      conntrack === null || seconds === null
        ? null
        : {
            seconds,
            grown: new Map(
              Object.entries(fieldsOf(conntrack.grown)).flatMap(([name, value]) => {
                const count = numberOf(value);
                return count === null ? [] : [[name, count]];
              }),
            ),
          },
  };
}

/** @returns what the rule, or the policy, on this line of the dump counted; null where that is not known. */
export function growthOfLine(
  sample: CounterSample | null | undefined,
  { family, backend }: { readonly family: string; readonly backend: string },
  line: number | null,
): Growth | null {
  const of = sample?.rules.find(
    (one) => one.family === family && (one.backend === null || one.backend === backend),
  );
  if (of === undefined || line === null || of.unknown.has(line)) return null;
  return { packets: of.grown.get(line) ?? 0, seconds: of.seconds };
}

/** @returns what a counter of `conntrack -S` counted; null where that is not known. */
export function growthOfConntrack(sample: CounterSample | null | undefined, counter: string): Growth | null {
  const of = sample?.conntrack ?? null;
  const packets = of?.grown.get(counter);
  return of === null || packets === undefined ? null : { packets, seconds: of.seconds };
}

function secondsOf(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value < 1e9 ? value : null;
}

function pairsOf(value: unknown): Map<number, number> | null {
  if (!Array.isArray(value)) return null;
  const pairs = new Map<number, number>();
  for (const pair of value) {
    const [line, packets] = Array.isArray(pair) ? pair.map(numberOf) : [];
    if (line == null || packets == null) return null;
    pairs.set(line, packets);
  }
  return pairs;
}

function linesOf(value: unknown): Set<number> | null {
  if (!Array.isArray(value)) return null;
  const lines = value.map(numberOf).filter((line) => line !== null);
  return lines.length === value.length ? new Set(lines) : null;
}
