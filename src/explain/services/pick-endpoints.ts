import type { Table } from '../../iptables/ruleset.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import { factsOf } from './rule-facts.ts';

/** One endpoint chain that an SVC, SVL or XLB chain chooses. */
export interface Pick {
  /** The SEP chain. */
  readonly chain: string;
  /** Chance, from 0 to 1, that a packet without an affinity record is sent there. */
  readonly share: number;
  /** Comment of the first rule that jumps there. */
  readonly comment: string | null;
}

/** What a chain that chooses endpoints does. */
export interface Picks {
  /** In the order of the rules, each endpoint chain once. */
  readonly picks: readonly Pick[];
  /** Seconds for which a client stays with its endpoint; null without session affinity. */
  readonly affinitySeconds: number | null;
}

/** Targets after which the walk goes on in the same chain. */
const GOES_ON = new Set([
  CHAINS.markMasquerade,
  CHAINS.markDrop,
  'MARK',
  'LOG',
  'NFLOG',
  'TRACE',
  'CONNMARK',
]);

/**
 * Reads the choice of endpoints. A rule's share is its probability times what the rules before it left over, so n endpoints
 * with 1/n, 1/(n-1), … 1 have 1/n each, but for the kernel's rounding of every probability to a multiple of 2^-31.
 *
 * An endpoint that several rules choose (`recent` rules aside) has the sum of their shares. Rules with further conditions
 * take no share of the ordinary packet's way: their endpoint is listed, with 0 if nothing else leads there.
 * @param table the nat table
 * @param chain its chain that chooses; missing chains choose nothing
 * @param passes tells whether an endpoint chain lets a packet come back (it has no DNAT rule): it then takes no share
 */
export function pickEndpoints(
  table: Table,
  chain: string,
  passes: (endpointChain: string) => boolean,
): Picks {
  const rules = table.chains.get(chain)?.rules;
  const shares = new Map<string, { share: number; comment: string | null }>();
  let affinitySeconds: number | null = null;
  let left = 1;
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    const target = rules.targetName(index);
    if (target === null || GOES_ON.has(target)) continue;
    const facts = factsOf(rules.once(index));
    if (!hasRole(target, 'endpoint')) {
      // A foreign verdict ends the choice for its packets; a jump to some other chain may come back.
      if (!facts.conditional && !table.chains.has(target)) left *= 1 - (facts.probability ?? 1);
      continue;
    }
    const known = shares.get(target);
    const entry = known ?? { share: 0, comment: facts.comment };
    if (known === undefined) shares.set(target, entry);
    if (facts.recentCheck) affinitySeconds ??= facts.recentSeconds;
    if (facts.conditional || passes(target)) continue;
    const chance = facts.probability ?? 1;
    entry.share += left * chance;
    left *= 1 - chance;
  }
  const picks = [...shares].map(([name, { share, comment }]) => ({ chain: name, share, comment }));
  return { picks, affinitySeconds };
}
