import { completeListings } from '../explain/question/complete-listing.ts';
import type { Known } from '../explain/question/question.ts';
import { Namer } from '../explain/trace/namer.ts';
import type { Host } from '../host/facts.ts';
import type { Ruleset } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { flat } from '../trace/question.ts';
import type { PlacedRule } from '../trace/reason.ts';
import type { World } from '../trace/world.ts';
import type { NameQuestion } from './explore/compare-ways.ts';
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

/** @returns the rules of one family. */
export function rulesetsOf(state: State, family: Family): readonly Ruleset[] {
  return state.known.rulesets.filter((ruleset) => ruleset.family === family);
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
          rulesets: completeListings(rulesets, state.namer.naming, entersAt).rulesets,
          nft: state.known.nft ?? null,
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
function questionNamer(rulesets: readonly Ruleset[]): NameQuestion {
  const known = new Map<string, string>();
  return ({ key, question }) => {
    let name = known.get(key);
    if (name === undefined) {
      const rule = 'rule' in question ? question.rule : null;
      name = rule === null ? key : flat({ ...question, rule: nameRule(rulesets, rule) });
      known.set(key, name);
    }
    return name;
  };
}

function nameRule(rulesets: readonly Ruleset[], { chain, number }: PlacedRule): string {
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
