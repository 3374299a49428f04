import { ruleListOf } from '../../iptables/array-rules.ts';
import { ChainView } from '../../iptables/chain-view.ts';
import { jumpsOf } from '../../iptables/jumps.ts';
import {
  type Chain,
  type ChainMap,
  namesBeginning,
  type Rule,
  type RuleList,
  type Ruleset,
  type Table,
} from '../../iptables/ruleset.ts';
import { splitChainName } from '../../proxy/chain-name.ts';
import { CHAINS } from '../../proxy/chains.ts';
import type { ChainPair } from '../rules/chain-pairs.ts';
import { plainDestination } from '../rules/entries.ts';

/** Chains that hold a rule for each Service, and may be long. */
const ENTRY_CHAINS: ReadonlySet<string> = new Set([
  CHAINS.services,
  CHAINS.nodePorts,
  CHAINS.externalServices,
  CHAINS.proxyFirewall,
]);

/** What tells a Service that a change may concern from the others. */
interface Concerned {
  readonly hashes: Set<string>;
  readonly destinations: Set<bigint>;
  readonly ports: Set<number>;
}

/**
 * Leaves of both sides' rules only those of Services that a difference may concern, so that of 10,000 Services the few are
 * read. A Service is kept whole, on both sides.
 * @returns the rulesets of both sides, in their order
 */
export function concernedRulesets(
  sides: readonly [readonly Ruleset[], readonly Ruleset[]],
  differing: readonly ChainPair[],
): readonly [readonly Ruleset[], readonly Ruleset[]] {
  const concerned: Concerned = { hashes: new Set(), destinations: new Set(), ports: new Set() };
  const endpoints = new Set<string>();
  for (const pair of differing) {
    const name = splitChainName(pair.name);
    if (name?.prefix === 'SEP') endpoints.add(pair.name);
    else if (name !== null) concerned.hashes.add(name.hash);
    else if (ENTRY_CHAINS.has(pair.name)) for (const rule of differingRules(pair)) take(rule, concerned);
  }
  const tables = sides.flatMap((rulesets) => rulesets.flatMap((ruleset) => [...ruleset.tables.values()]));
  for (const table of tables) takeChoosers(table, endpoints, concerned.hashes);
  // A rule may name another address of a Service by its chain, and the chain's other rules more of them.
  for (let round = 0; round < 2; round++) for (const table of tables) takeEntries(table, concerned);
  const keep = (rulesets: readonly Ruleset[]): Ruleset[] =>
    rulesets.map((ruleset) => ({
      ...ruleset,
      tables: new Map(
        [...ruleset.tables].map(([name, table]) => [
          name,
          { ...table, chains: new ConcernedChains(table.chains, concerned) },
        ]),
      ),
    }));
  return [keep(sides[0]), keep(sides[1])];
}

function differingRules({ before, after }: ChainPair): Rule[] {
  const counts = new Map<string, number>();
  const count = (rules: RuleList | undefined, by: number): void => {
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
      const text = rules.text(index);
      counts.set(text, (counts.get(text) ?? 0) + by);
    }
  };
  count(before?.rules, 1);
  count(after?.rules, -1);
  return [before, after].flatMap((chain) =>
    rulesWhere(chain, (rules, index) => (counts.get(rules.text(index)) ?? 0) !== 0),
  );
}

function rulesWhere(chain: Chain | null, test: (rules: RuleList, index: number) => boolean): Rule[] {
  const found: Rule[] = [];
  for (let index = 0; chain !== null && index < chain.rules.length; index++)
    if (test(chain.rules, index)) found.push(chain.rules.at(index));
  return found;
}

/** @returns the rules that may be concerned, and those that are of no single destination. Others are not parsed. */
function candidatesOf(rules: RuleList, { hashes, destinations }: Concerned): Rule[] {
  const { named, others } = rules.byDestination();
  const found = new Set(others);
  for (const destination of destinations) for (const index of named.get(destination) ?? []) found.add(index);
  const leading = rulesByHash(rules);
  for (const hash of hashes) for (const index of leading.get(hash) ?? []) found.add(index);
  return [...found].sort((a, b) => a - b).map((index) => rules.at(index));
}

const BY_HASH = new WeakMap<RuleList, ReadonlyMap<string, readonly number[]>>();

/** The rules that lead to a chain of a Service port, by the hash in its name. */
function rulesByHash(rules: RuleList): ReadonlyMap<string, readonly number[]> {
  const known = BY_HASH.get(rules);
  if (known !== undefined) return known;
  const byHash = new Map<string, number[]>();
  for (let index = 0; index < rules.length; index++) {
    const hash = splitChainName(rules.targetName(index) ?? '')?.hash;
    if (hash === undefined) continue;
    const leading = byHash.get(hash);
    if (leading === undefined) byHash.set(hash, [index]);
    else leading.push(index);
  }
  BY_HASH.set(rules, byHash);
  return byHash;
}

function take(rule: Rule, { hashes, destinations, ports }: Concerned): void {
  const hash = hashOf(rule);
  if (hash !== null) hashes.add(hash);
  const destination = plainDestination(rule);
  if (destination !== null) destinations.add(destination);
  else for (const match of rule.matches) if (match.kind === 'destination-port') ports.add(match.ports.from);
}

function hashOf({ target }: Rule): string | null {
  return target?.kind === 'jump' ? (splitChainName(target.chain)?.hash ?? null) : null;
}

/** Chains that choose an endpoint whose own chain differs. */
function takeChoosers(table: Table, endpoints: ReadonlySet<string>, hashes: Set<string>): void {
  if (endpoints.size === 0) return;
  for (const { chain } of jumpsOf(table).to([...endpoints])) {
    const name = splitChainName(chain.name);
    if (name !== null && name.prefix !== 'SEP') hashes.add(name.hash);
  }
}

function takeEntries({ chains }: Table, concerned: Concerned): void {
  for (const name of ENTRY_CHAINS) {
    const rules = chains.get(name)?.rules;
    if (rules === undefined) continue;
    for (const rule of candidatesOf(rules, concerned).filter((each) => isConcerned(each, concerned)))
      take(rule, concerned);
  }
}

function isConcerned(rule: Rule, { hashes, destinations, ports }: Concerned): boolean {
  const hash = hashOf(rule);
  if (hash !== null && hashes.has(hash)) return true;
  const destination = plainDestination(rule);
  if (destination !== null) return destinations.has(destination);
  return rule.matches.some((match) => match.kind === 'destination-port' && ports.has(match.ports.from));
}

/** The chains of a table without those of other Services and without their rules. None is made until it is asked for. */
class ConcernedChains extends ChainView {
  readonly #concerned: Concerned;
  readonly #entries = new Map<string, Chain>();

  constructor(all: ChainMap, concerned: Concerned) {
    super(all);
    this.#concerned = concerned;
  }

  has(name: string): boolean {
    return this.#isKept(name) && this.all.has(name);
  }

  get(name: string): Chain | undefined {
    const known = this.#entries.get(name);
    const chain = known ?? (this.#isKept(name) ? this.all.get(name) : undefined);
    if (known !== undefined || chain === undefined || !ENTRY_CHAINS.has(name)) return chain;
    const rules = candidatesOf(chain.rules, this.#concerned).filter(
      (rule) => isConcerned(rule, this.#concerned) || !isOfService(rule),
    );
    const kept = { ...chain, rules: ruleListOf(rules) };
    this.#entries.set(name, kept);
    return kept;
  }

  keys(): MapIterator<string> {
    return this.#kept(this.all.keys());
  }

  keysBeginning(begins: readonly string[], does: boolean): Iterable<string> {
    return this.#kept(namesBeginning({ chains: this.all }, begins, does));
  }

  *#kept(names: Iterable<string>): Generator<string, undefined, unknown> {
    for (const name of names) if (this.#isKept(name)) yield name;
  }

  /** Endpoints belong to whoever leads to them. */
  #isKept(name: string): boolean {
    const parts = splitChainName(name);
    return parts === null || parts.prefix === 'SEP' || this.#concerned.hashes.has(parts.hash);
  }
}

/** The jump from CHAINS.services to CHAINS.nodePorts belongs to all of them. */
function isOfService(rule: Rule): boolean {
  return rule.matches.some(({ kind }) => kind === 'destination-port') || plainDestination(rule) !== null;
}
