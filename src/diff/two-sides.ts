import { completeListings } from '../explain/question/complete-listing.ts';
import type { Known } from '../explain/question/question.ts';
import { Namer } from '../explain/trace/namer.ts';
import type { Host } from '../host/facts.ts';
import type { Ruleset } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import type { World } from '../trace/world.ts';
import type { Side } from './explore/explore.ts';
import { ruleKey } from './rules/rule-key.ts';

/** One of the two states that are compared. */
export interface State {
  readonly known: Known;
  readonly namer: Namer;
  /** The node without its memory: which client xt_recent has seen is no matter of rules, and is asked as an open question. */
  readonly host: Host;
}

/** @returns the state, ready to be traced. */
export function stateOf(known: Known): State {
  const { host } = known;
  return {
    known,
    namer: new Namer(known),
    host: {
      get links() {
        return host.links;
      },
      routes: host.routes,
      policyRules: host.policyRules,
      get sysctls() {
        return host.sysctls;
      },
      get ipsets() {
        return host.ipsets;
      },
      recent: null,
      get nft() {
        return host.nft;
      },
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
  const worlds = new Map<string, World>();
  return {
    world: (entersAt) => {
      let world = worlds.get(entersAt);
      if (world === undefined) {
        world = {
          rulesets,
          host: state.host,
          flows: null,
          recoverDestination: (rule, jump) => state.namer.recoverDestination(rule, jump),
        };
        worlds.set(entersAt, world);
      }
      return world;
    },
    nameQuestion: questionNamer(rulesets),
  };
}

/**
 * Some questions belong to a rule and name it by its number, which another rule above it shifts. Here it is named by what
 * it does, and by how many like it stand before it.
 */
function questionNamer(rulesets: readonly Ruleset[]): (key: string) => string {
  const known = new Map<string, string>();
  return (key) => {
    let name = known.get(key);
    if (name === undefined) {
      name = key
        .replace(
          / of (\S+) rule (\d+)$/,
          (_, chain, number) => ` of ${nameRule(rulesets, chain, Number(number))}`,
        )
        .replace(
          /^nat range (\S+) (\d+) /,
          (_, chain, number) => `nat range ${nameRule(rulesets, chain, Number(number))} `,
        )
        .replace(
          /^(lost .*) (\S+) (\d+)$/,
          (_, what, chain, number) => `${what} ${nameRule(rulesets, chain, Number(number))}`,
        );
      known.set(key, name);
    }
    return name;
  };
}

function nameRule(rulesets: readonly Ruleset[], chain: string, number: number): string {
  const names = rulesets.flatMap(({ tables }) =>
    [...tables.values()].flatMap((table) => {
      const rules = table.chains.get(chain)?.rules;
      if (rules === undefined || number > rules.length) return [];
      const key = ruleKey(rules.at(number - 1));
      let like = 0;
      for (let index = 0; index < number - 1; index++) if (ruleKey(rules.at(index)) === key) like++;
      return [`${table.name} ${chain} ${key} ${like}`];
    }),
  );
  // Chains of one name in several tables: which of them asked is not told, so all of them name the question.
  return names.join(' or ');
}
