import type { RuleList } from '../iptables/ruleset.ts';
import type { Address } from '../net/address.ts';

/** Kept so that 5,000 branches through one chain do not list them 5,000 times. */
const CANDIDATES = new WeakMap<RuleList, Map<bigint, readonly number[]>>();
const KEPT_DESTINATIONS = 64;

/** @returns the indices of the rules worth asking of a packet to this destination. */
export function candidatesOf(rules: RuleList, destination: Address): readonly number[] {
  const every = rules.forEveryDestination();
  if (every !== null) return every;
  // A list is of one family.
  const key = destination.value;
  let lists = CANDIDATES.get(rules);
  if (lists === undefined) {
    lists = new Map();
    CANDIDATES.set(rules, lists);
  }
  const known = lists.get(key);
  if (known !== undefined) return known;
  if (lists.size >= KEPT_DESTINATIONS) lists.clear();
  const list = [...rules.towards(destination)];
  lists.set(key, list);
  return list;
}
