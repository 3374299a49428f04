import type { RulesFound } from './collect-rules.ts';
import type { Collector } from './collector.ts';
import { type CounterGrowth, growthBetween } from './counter-growth.ts';
import type { Lifeline } from './lifeline.ts';
import { FLOW_STATS, type Probe, RULES } from './probes.ts';

/** `counters.json`: what counted between two samples. */
interface CounterSampleDocument {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: 'CounterSample';
  /** Of each dump, by its lines in the file of the capture. */
  readonly rules: readonly (CounterGrowth & {
    readonly family: 'ipv4' | 'ipv6';
    /** Null where neither version nor dump tells. */
    readonly backend: string | null;
    /** Between the two samples. */
    readonly seconds: number;
  })[];
  /** Of `conntrack -S`, added up over all CPUs. Null: not sampled. */
  readonly conntrack: { readonly seconds: number; readonly grown: Readonly<Record<string, number>> } | null;
}

const DUMPS: readonly (readonly [family: 'ipv4' | 'ipv6', path: string, probes: readonly Probe[]])[] = [
  ['ipv4', 'iptables-save.txt', [RULES.v4, RULES.nftV4]],
  ['ipv6', 'ip6tables-save.txt', [RULES.v6, RULES.nftV6]],
  ['ipv4', 'iptables-legacy-save.txt', [RULES.legacyV4, RULES.v4]],
  ['ipv6', 'ip6tables-legacy-save.txt', [RULES.legacyV6, RULES.v6]],
];

const LOST = 'which of its counters grow is not known';

/** Dumps (bytes) beyond which counters are not compared: each would be read line by line. */
const LARGEST = 48 * 1024 * 1024;

/**
 * Waits, and looks at the counters of rules and of conntrack a second time. What cannot be read again is left out: it is
 * unknown, not unchanged. Throws InterruptedError.
 */
export async function takeSecondSample(
  collector: Collector,
  { backend }: RulesFound,
  seconds: number,
  lifeline: Lifeline,
): Promise<void> {
  lifeline.onStep(`waiting ${seconds} s to see which counters grow`);
  await lifeline.wait(seconds * 1000);
  const rules: CounterSampleDocument['rules'][number][] = [];
  for (const [family, path, probes] of DUMPS) {
    const first = collector.bytesOf(path);
    const probe = probes.find(({ argv }) => collector.isFrom(path, argv));
    if (first === null || probe === undefined || first.length > LARGEST) continue;
    const second = await collector.output({ ...probe, file: path, lost: LOST });
    if (second === null) continue;
    rules.push({
      family,
      backend: path.includes('legacy') ? 'iptables-legacy' : backend,
      seconds: collector.secondsSince(path),
      ...growthBetween(first.toString('latin1'), second.toString('latin1')),
    });
  }
  const document: CounterSampleDocument = {
    apiVersion: 'kp-explain/v1',
    kind: 'CounterSample',
    rules,
    conntrack: await conntrackGrowth(collector),
  };
  collector.add({
    path: 'counters.json',
    bytes: Buffer.from(`${JSON.stringify(document)}\n`),
    origin: `${collector.place.prefix}counters of two samples`,
  });
}

/** A counter that went back was set anew, and then none of them says anything. */
async function conntrackGrowth(collector: Collector): Promise<CounterSampleDocument['conntrack']> {
  const first = collector.bytesOf(FLOW_STATS.file);
  if (first === null) return null;
  const second = await collector.output({ ...FLOW_STATS, lost: LOST });
  if (second === null) return null;
  const [before, after] = [first, second].map((bytes) => totalsOf(bytes.toString('latin1')));
  const grown = Object.fromEntries(
    [...(after ?? [])].map(([name, count]) => [name, count - (before?.get(name) ?? 0)]),
  );
  if (Object.values(grown).some((count) => count < 0)) return null;
  return { seconds: collector.secondsSince(FLOW_STATS.file), grown };
}

function totalsOf(text: string): Map<string, number> {
  const totals = new Map<string, number>();
  for (const [, name = '', count = ''] of text.matchAll(/\b([a-z_]+)=(\d+)/g))
    if (name !== 'cpu') totals.set(name, (totals.get(name) ?? 0) + Number(count));
  return totals;
}
