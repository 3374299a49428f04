import type { NftTable } from '../../nftables/ruleset.ts';

/**
 * Of base chains at one hook and priority the one that stands last in its table is asked first (`hookedLast`), so that their order
 * says something.
 * @returns the chains of both sides of a table that do not stand in the same order as others of their hook and priority
 */
export function movedChains(own: NftTable, other: NftTable): ReadonlySet<string> {
  const [one, two] = [placesOf(own, other), placesOf(other, own)];
  return new Set(
    [...one].flatMap(([place, names]) => (names.join('\n') === two.get(place)?.join('\n') ? [] : names)),
  );
}

/** Chains that both have, by where they are hooked. */
function placesOf({ chains }: NftTable, other: NftTable): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { name, base } of chains.values()) {
    const there = other.chains.get(name)?.base;
    // Elsewhere it is another chain.
    if (base === null || there == null || there.hook !== base.hook || there.priority !== base.priority)
      continue;
    const place = `${base.hook} ${base.priority}`;
    places.set(place, [...(places.get(place) ?? []), name]);
  }
  return places;
}
