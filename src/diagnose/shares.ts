import type { OutcomeItem, Remark, TraceItem } from '../explain/trace-list.ts';
import type { Sees, Shares } from './cause.ts';

/** Nothing that a packet can be told apart by: rounding of probabilities that rules spell with eleven digits. */
const ROUNDING = 1e-6;

/** @returns what the client sees of a connection whose first packet goes this way, as far as this node tells. */
export function seesOf(outcome: OutcomeItem): Sees {
  switch (outcome.verdict) {
    case 'drop':
      return 'timesOut';
    case 'reject':
      return 'refused';
    case 'queue':
    case 'unknown':
      return 'unknown';
    case 'accept':
      return seesOfAccepted(outcome);
  }
}

function seesOfAccepted({ remarks, exit }: OutcomeItem): Sees {
  const [worst] = remarks;
  if (worst === undefined || worst.effect === 'none') return 'works';
  if (worst.effect === 'may-break') return remarks.some(isOpen) ? 'unknown' : 'works';
  if (WRONG_SOURCE.has(worst.code)) return 'wrongSource';
  // Nobody listens at the node's own port: its kernel refuses.
  return exit?.kind === 'local' ? 'refused' : 'timesOut';
}

const WRONG_SOURCE: ReadonlySet<string> = new Set(['answer-bypasses-nat']);

/** Circumstances under which the answer still comes, to whoever asks from where the question says. */
const HARMLESS: ReadonlySet<string> = new Set(['pod-outside-cluster-cidr', 'reverse-path']);

function isOpen({ effect, code }: Remark): boolean {
  return effect === 'may-break' && !HARMLESS.has(code);
}

/**
 * @returns the shares of new connections. Conditions that the capture leaves open make cases: where they differ, what they
 *   do not agree on is unknown. A client that session affinity keeps at an endpoint is no case of its own.
 */
export function sharesOf({ outcomes }: TraceItem): Shares {
  const cases = new Map<string, Record<Sees, number>>();
  for (const outcome of outcomes) {
    if (outcome.given.some(({ code, held }) => code === 'recent' && held) && hasOther(outcomes)) continue;
    const key = JSON.stringify(outcome.given.map(({ question, held }) => [question, held]));
    const shares = cases.get(key) ?? { ...NONE };
    shares[seesOf(outcome)] += outcome.probability;
    cases.set(key, shares);
  }
  const [first, ...others] = [...cases.values()];
  if (first === undefined) return { ...NONE, unknown: 1 };
  const agreed = (sees: Sees) => Math.min(first[sees], ...others.map((each) => each[sees]));
  const shares = {
    works: agreed('works'),
    refused: agreed('refused'),
    timesOut: agreed('timesOut'),
    wrongSource: agreed('wrongSource'),
  };
  const told = shares.works + shares.refused + shares.timesOut + shares.wrongSource;
  return others.length === 0 ? first : { ...shares, unknown: told > 1 - ROUNDING ? 0 : 1 - told };
}

const NONE: Shares = { works: 0, refused: 0, timesOut: 0, wrongSource: 0, unknown: 0 };

/** Some way is that of a client whom no endpoint knows yet. */
function hasOther(outcomes: readonly OutcomeItem[]): boolean {
  return outcomes.some(({ given }) => !given.some(({ code, held }) => code === 'recent' && held));
}

/** @returns true where some connections end as this outcome does, whatever the capture leaves open. */
export function isSure(outcome: OutcomeItem, item: TraceItem): boolean {
  return sharesOf(item)[seesOf(outcome)] > ROUNDING;
}

/** What a connection, or a Service, is called. */
export type Verdict = 'works' | 'broken' | 'unknown';

/** @returns `works` where every connection does, `broken` where some certainly do not. */
export function verdictOf({ works, refused, timesOut, wrongSource }: Shares): Verdict {
  if (works > 1 - ROUNDING) return 'works';
  return refused + timesOut + wrongSource > ROUNDING ? 'broken' : 'unknown';
}
