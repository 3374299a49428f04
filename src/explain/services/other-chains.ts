import { type Chain, type ChainMap, namesBeginning, type Table } from '../../iptables/ruleset.ts';
import { beginningsOf, isOfOneService, OF_SERVICE } from '../../proxy/chains.ts';

const OF_ONE_SERVICE = beginningsOf('endpoint', ...OF_SERVICE);
const NAMES = new WeakMap<ChainMap, readonly string[]>();

/** @returns the names of a table's chains, in its order, but those of one Service port or endpoint: nearly all of 140,000 are such. */
export function otherNames({ chains }: Pick<Table, 'chains'>): readonly string[] {
  let names = NAMES.get(chains);
  if (names === undefined) {
    const others = namesBeginning({ chains }, OF_ONE_SERVICE, false);
    names = [...others].filter((name) => !isOfOneService(name));
    NAMES.set(chains, names);
  }
  return names;
}

/** The same as chains: of those of one Service none is made. */
export function otherChains({ chains }: Pick<Table, 'chains'>): Chain[] {
  return otherNames({ chains }).flatMap((name) => chains.get(name) ?? []);
}
