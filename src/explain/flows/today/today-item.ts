import { formatAddress } from '../../../net/address.ts';
import type { FirstPacketToday } from './agreement.ts';
import type { Fate } from './fate.ts';

/** Destinations told of a first packet. */
const TOLD = 8;

/** @returns what would become of a first packet, as the documents tell it. */
export function todayOf({ goals, dropped, rejected }: Fate): FirstPacketToday {
  const spots = new Map(goals.map(({ to, toPort }) => [`${to.value} ${toPort}`, { to, toPort }]));
  const kinds = new Set(goals.map(({ masqueraded }) => masqueraded));
  const [kind] = kinds;
  const verdicts = [
    ...(goals.length > 0 ? (['accept'] as const) : []),
    ...(dropped ? (['drop'] as const) : []),
    ...(rejected ? (['reject'] as const) : []),
  ];
  const [verdict = 'drop'] = verdicts;
  return {
    verdict: verdicts.length > 1 ? 'mixed' : verdict,
    destinations: [...spots.values()]
      .slice(0, TOLD)
      .map(({ to, toPort }) => ({ address: formatAddress(to), port: toPort })),
    more: Math.max(0, spots.size - TOLD),
    masqueraded: kinds.size === 1 ? (kind ?? null) : null,
  };
}
