import { endsOfConnection } from '../trace/twin-item.ts';
import type { OutcomeItem } from '../trace-list.ts';
import type { ConnectionShares, Sees } from './connection-item.ts';

const NONE: ConnectionShares = { works: 0, refused: 0, timesOut: 0, wrongSource: 0, unknown: 0 };

/** What a client sees, as shares are called. */
export const NAMES: Readonly<Record<Sees, keyof ConnectionShares>> = {
  works: 'works',
  refused: 'refused',
  'times-out': 'timesOut',
  'wrong-source': 'wrongSource',
  unknown: 'unknown',
};

/** Nothing that a packet can be told apart by: rounding of probabilities that rules spell with eleven digits. */
export const ROUNDING = 1e-6;

/** @returns the shares of new connections, as far as they were traced. */
export function sharesOfConnections(outcomes: readonly OutcomeItem[]): ConnectionShares {
  return addShares(
    outcomes,
    (outcome) =>
      endsOfConnection(outcome)?.map(({ sees, share }) => ({ sees: NAMES[sees], share })) ?? [
        { sees: 'unknown', share: outcome.probability },
      ],
  );
}

type Sum = { -readonly [K in keyof ConnectionShares]: number };

function caseOf({ given }: OutcomeItem, cases: Map<string, Sum>): Sum {
  const key = JSON.stringify(given.map(({ question, held }) => [question, held]));
  const shares = cases.get(key) ?? { ...NONE };
  cases.set(key, shares);
  return shares;
}

/**
 * @param endsOf what clients see of connections that an outcome begins, each with its share of all
 * @returns the shares of new connections. Conditions that the capture leaves open make cases: what they do not agree on is
 *   unknown. A client that session affinity keeps at an endpoint is no case of its own.
 */
export function addShares(
  outcomes: readonly OutcomeItem[],
  endsOf: (
    outcome: OutcomeItem,
  ) => readonly { readonly sees: keyof ConnectionShares; readonly share: number }[],
): ConnectionShares {
  const sticky = ({ given }: OutcomeItem): boolean =>
    given.some(({ affinity, held }) => affinity === true && held);
  const fresh = outcomes.filter((outcome) => !sticky(outcome));
  const cases = new Map<string, Sum>();
  // Ways that rest on the same have one list.
  const byList = new Map<OutcomeItem['given'], Sum>();
  for (const outcome of fresh.length === 0 ? outcomes : fresh) {
    const shares = byList.get(outcome.given) ?? caseOf(outcome, cases);
    byList.set(outcome.given, shares);
    for (const { sees, share } of endsOf(outcome)) shares[sees] += share;
  }
  const [first, ...others] = [...cases.values()];
  if (first === undefined) return { ...NONE, unknown: 1 };
  if (others.length === 0) return first;
  const agreed = (sees: keyof ConnectionShares) => Math.min(first[sees], ...others.map((each) => each[sees]));
  const shares = {
    works: agreed('works'),
    refused: agreed('refused'),
    timesOut: agreed('timesOut'),
    wrongSource: agreed('wrongSource'),
  };
  const told = shares.works + shares.refused + shares.timesOut + shares.wrongSource;
  return { ...shares, unknown: told > 1 - ROUNDING ? 0 : 1 - told };
}
