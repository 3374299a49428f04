import { completeListings } from '../explain/question/complete-listing.ts';
import type { Known } from '../explain/question/question.ts';
import { Namer } from '../explain/trace/namer.ts';
import type { Host } from '../host/facts.ts';
import type { Ruleset, TableName } from '../iptables/ruleset.ts';
import { IpvsTable } from '../ipvs/table.ts';
import type { Family } from '../net/address.ts';
import type { NftRuleset } from '../nftables/ruleset.ts';
import { flat, type Question } from '../trace/question.ts';
import type { IptablesPlacedRule, NftPlacedRule, PlacedRule } from '../trace/reason.ts';
import type { World } from '../trace/world.ts';
import type { NameQuestion } from './explore/compare-ways.ts';
import type { Side } from './explore/explore.ts';
import { withAddressesOf } from './link-local.ts';
import { actingTables, tablesWithAdded, withoutMemory } from './nft/acting-tables.ts';
import { objectText, ruleText } from './nft/texts.ts';
import { withModesOf } from './port-modes.ts';
import { ruleKey } from './rules/rule-key.ts';
import { followsNft } from './unfollowed.ts';

/** One of the two states that are compared. */
export interface State {
  readonly known: Known;
  readonly namer: Namer;
  /** The node without its memory: which client xt_recent has seen is no matter of rules, and is asked as an open question. */
  readonly host: Host;
  /** What packets are followed through where they come to IPVS; absent: what it takes ends there, as no box of packets is narrowed by it. */
  readonly followedIpvs?: IpvsTable;
}

/** @returns the state, ready to be traced. */
export function stateOf(known: Known): State {
  return { known, namer: new Namer(known), host: supposedHost(known.host, known.host) };
}

/**
 * What one side alone tells is taken to be the same on the other: what changed elsewhere is compared on equal terms, and no
 * difference is made of a file that is missing. `lackingOf` says that it is taken so.
 * @param strict false: link-local addresses that interfaces were given anew are taken to be the same, too
 * @returns both states, ready to be traced.
 */
export function statesOf(before: Known, after: Known, strict: boolean): readonly [State, State] {
  const host = supposedHost(after.host, before.host);
  const follows = followsNft([before, after]);
  return [
    stateBeside(before, after, follows, supposedHost(before.host, after.host)),
    stateBeside(after, before, follows, strict ? host : withAddressesOf(before.host, host)),
  ];
}

function stateBeside(known: Known, other: Known, follows: boolean, host: Host): State {
  const lent = other.rulesets.filter(({ family }) => known.rulesets.every((own) => own.family !== family));
  const supposed: Known =
    lent.length === 0 && follows && lends(known.nft, other.nft) && lends(known.nftHooks, other.nftHooks)
      ? known
      : {
          rulesets: [...known.rulesets, ...lent],
          host: known.host,
          cluster: known.cluster,
          book: known.book,
          node: known.node,
          proxyMode: known.proxyMode,
          ipvs: known.ipvs ?? null,
          nft: follows ? (known.nft ?? other.nft ?? null) : null,
          nftHooks: follows ? (known.nftHooks ?? other.nftHooks ?? null) : null,
          get flows() {
            return known.flows;
          },
        };
  return { known: supposed, namer: new Namer(supposed), host };
}

/** @returns true where the other side has nothing that this one lacks. */
function lends(own: object | null | undefined, other: object | null | undefined): boolean {
  return (own ?? null) !== null || (other ?? null) === null;
}

function supposedHost(host: Host, other: Host): Host {
  return {
    links: withModesOf(host.links, other.links),
    routes: supposedFamilies(host.routes, other.routes),
    listedTables: {
      get ipv4() {
        return listedBy(host, other, 'ipv4');
      },
      get ipv6() {
        return listedBy(host, other, 'ipv6');
      },
    },
    policyRules: supposedFamilies(host.policyRules, other.policyRules),
    get sysctls() {
      return host.sysctls ?? other.sysctls;
    },
    get ipsets() {
      return host.ipsets ?? other.ipsets;
    },
    recent: null,
    get labels() {
      return host.labels ?? other.labels ?? null;
    },
    get frameRules() {
      return host.frameRules ?? other.frameRules ?? null;
    },
    get ipsec() {
      return host.ipsec ?? other.ipsec ?? null;
    },
    get nft() {
      return host.nft ?? other.nft;
    },
  };
}

/** What tells of the tables goes with the routes. */
function listedBy(host: Host, other: Host, family: Family): readonly string[] | null {
  const { listedTables } = host.routes[family] === null ? other : host;
  return listedTables?.[family] ?? null;
}

function supposedFamilies<T>(own: Readonly<Record<Family, T | null>>, other: typeof own): typeof own {
  return {
    get ipv4() {
      return own.ipv4 ?? other.ipv4;
    },
    get ipv6() {
      return own.ipv6 ?? other.ipv6;
    },
  };
}

const completed = new WeakMap<State, Map<Family, readonly Ruleset[]>>();

/** @returns the rules of one family; parts of a dump with what leads packets to them, as `trace` takes it for granted. */
export function rulesetsOf(state: State, family: Family): readonly Ruleset[] {
  const families = completed.get(state) ?? new Map<Family, readonly Ruleset[]>();
  completed.set(state, families);
  const captured = state.known.rulesets.filter((ruleset) => ruleset.family === family);
  const rulesets = families.get(family) ?? completeListings(captured, state.namer.naming).rulesets;
  families.set(family, rulesets);
  return rulesets;
}

/** @returns what the explorer traces packets of a family through: new connections, so no flows. */
export function sideOf(state: State, family: Family): Side {
  const rulesets = rulesetsOf(state, family);
  const { ipvs, nft, nftHooks } = state.known;
  const acting = actingTables(state.known, family).length > 0 || tablesWithAdded(state.known).size > 0;
  const worlds = new Map<string, World>();
  return {
    world: (entersAt) => {
      let world = worlds.get(entersAt);
      if (world === undefined) {
        world = {
          rulesets,
          nft: acting && nft != null ? withoutMemory(nft) : null,
          nftHooks: nftHooks?.[family] ?? null,
          // Boxes of packets are not narrowed by IPVS: what it does is not followed, and said so.
          ...(ipvs instanceof IpvsTable && state.followedIpvs === undefined
            ? { ipvsBeyond: ipvs }
            : { ipvs: state.followedIpvs ?? ipvs ?? null }),
          host: state.host,
          flows: null,
          recoverDestination: (rule, jump) => state.namer.recoverDestination(rule, jump),
        };
        worlds.set(entersAt, world);
      }
      return world;
    },
    nameQuestion: questionNamer(rulesets, state.known.nft ?? null),
  };
}

/**
 * Some questions belong to a rule and name it by its number, which another rule above it shifts. Here it is named by what
 * it does, and by how many like it stand before it.
 */
function questionNamer(rulesets: readonly Ruleset[], nft: NftRuleset | null): NameQuestion {
  const known = new Map<string, string>();
  return ({ key, question }) => {
    let name = known.get(key);
    if (name === undefined) {
      const rule = 'rule' in question ? question.rule : null;
      name =
        rule === null
          ? key
          : flat({
              ...question,
              rule: nameOf(rule, rulesets, nft),
              ...(question.code === 'nft-limit' ? { object: nameObject(nft, question) } : {}),
            });
      known.set(key, name);
    }
    return name;
  };
}

type NftLimit = Extract<Question, { code: 'nft-limit' }>;

type RuleOfQuestion = IptablesPlacedRule | NftPlacedRule | PlacedRule;

function nameOf(rule: RuleOfQuestion, rulesets: readonly Ruleset[], nft: NftRuleset | null): string {
  if ('backend' in rule)
    return nameRule(
      rulesets.filter(({ backend }) => backend === rule.backend),
      rule,
    );
  // Only nat rules have ranges.
  return 'table' in rule ? nameNftRule(nft, rule) : nameRule(rulesets, { ...rule, table: 'nat' });
}

function nameNftRule(nft: NftRuleset | null, { table, chain, number }: NftPlacedRule): string {
  const rules = nft?.tables.get(table)?.chains.get(chain)?.rules;
  if (rules === undefined || number > rules.length) return `${table} ${chain} ${number}`;
  const text = ruleText(rules.at(number - 1));
  let like = 0;
  for (let index = 0; index < number - 1; index++) if (ruleText(rules.at(index)) === text) like++;
  return `${table} ${chain} ${text} ${like}`;
}

/** Two limits of one name may let through more and less. */
function nameObject(nft: NftRuleset | null, { rule, object }: NftLimit): string | null {
  const found = object === null ? undefined : nft?.tables.get(rule.table)?.objects.get(object);
  return found === undefined ? object : objectText(found);
}

function nameRule(
  rulesets: readonly Ruleset[],
  { table, chain, number }: PlacedRule & { readonly table: TableName },
): string {
  const names = rulesets.flatMap(({ tables }) => {
    const rules = tables.get(table)?.chains.get(chain)?.rules;
    if (rules === undefined || number > rules.length) return [];
    const key = ruleKey(rules.at(number - 1));
    let like = 0;
    for (let index = 0; index < number - 1; index++) if (ruleKey(rules.at(index)) === key) like++;
    return [`${table} ${chain} ${key} ${like}`];
  });
  // Of a range both backends may have such a rule: which of them asked is not told, so both name the question.
  return names.join(' or ');
}
