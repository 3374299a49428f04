import { knownBut } from '../explain/question/known-but.ts';
import type { Known } from '../explain/question/question.ts';
import { otherNames } from '../explain/services/other-chains.ts';
import { ChainView } from '../iptables/chain-view.ts';
import { type Chain, type ChainMap, chainOnce, type Ruleset, type Table } from '../iptables/ruleset.ts';
import { chainName, isOfOneService } from '../proxy/chains.ts';
import { SERVICE_PREFIXES } from '../proxy/hash.ts';

/** The one Service that is asked about: others are neither followed nor told of. */
export interface Focus {
  /** Null: no Service is known at the address. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
  /** In what the names of its ports' chains end. */
  readonly hashes: ReadonlySet<string>;
  /** Chains that packets were seen to pass: those of endpoints are not named like the Service's. */
  readonly chains: ReadonlySet<string>;
  /** True where every packet that was asked about arrives: none has to be followed to find why. */
  readonly arrives: boolean;
}

/** @returns true where no Service is asked for, or this one is. */
export function isAskedFor(
  { namespace, name }: { readonly namespace: string | null; readonly name: string | null },
  { focus }: { readonly focus?: Focus },
): boolean {
  if (focus === undefined) return true;
  const { service } = focus;
  return service !== null && service.namespace === namespace && service.name === name;
}

/** @returns true where chains that end so are the Service's that is asked about; null stands for a port without chains. */
export function isFocusedHash(hash: string | null, focus: Focus | undefined): boolean {
  return focus === undefined || hash === null || focus.hashes.has(hash);
}

/**
 * @returns the state without the chains of other Services: whoever goes through all chains is spared 140,000 of them. A chain
 * that is asked for by name is there all the same, so packets go where they went.
 */
export function focusedOn(known: Known, focus: Focus | undefined): Known {
  if (focus === undefined) return known;
  const own = new Set([
    ...[...focus.chains].filter(isOfOneService),
    ...SERVICE_PREFIXES.flatMap((prefix) => [...focus.hashes].map((hash) => chainName(prefix, hash))),
  ]);
  return knownBut(known, { rulesets: known.rulesets.map((ruleset) => withChains(ruleset, own)) });
}

function withChains(ruleset: Ruleset, own: ReadonlySet<string>): Ruleset {
  const tables = new Map<Table['name'], Table>();
  for (const [name, table] of ruleset.tables)
    tables.set(name, { ...table, chains: new SomeChains(table.chains, own) });
  return { ...ruleset, tables };
}

/** Some chains of a table to go through, and all of them to look up. */
class SomeChains extends ChainView {
  readonly #names: readonly string[];

  /** @param own chains of one Service that are not passed over. */
  constructor(all: ChainMap, own: ReadonlySet<string>) {
    super(all);
    this.#names = [...otherNames({ chains: all }), ...[...own].filter((name) => all.has(name))];
  }

  has(name: string): boolean {
    return this.all.has(name);
  }

  get(name: string): Chain | undefined {
    return this.all.get(name);
  }

  once(name: string): Chain | undefined {
    return chainOnce(this.all, name);
  }

  keys(): MapIterator<string> {
    return this.#names.values();
  }
}
